// What a user sees of any command: exit codes, messages whole, JSON keys.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "program.h"

namespace madsearch {
namespace {

using Json = nlohmann::json;

std::string all_primitives() {
  std::string out;
  for (const auto& row : Json::parse(run_madsearch("list primitives --format json").out))
    out += (out.empty() ? "" : ", ") + row.at("name").get<std::string>();
  return out;
}

TEST(Cli, KnowsItsVersion) {
  const auto ran = run_madsearch("--version");
  EXPECT_EQ(ran.code, 0);
  EXPECT_EQ(ran.out.rfind("madsearch 0.", 0), 0u) << ran.out;
}

TEST(Cli, WrongUseEndsWithTwo) {
  EXPECT_EQ(run_madsearch("").code, 2);
  EXPECT_EQ(run_madsearch("frnt x").code, 2);
  EXPECT_EQ(run_madsearch("cost transformer++ --width abc").code, 2);
  EXPECT_EQ(run_madsearch("front no/such/run").code, 2);
  EXPECT_EQ(run_madsearch("run no/such/config.yaml").code, 2);
}

TEST(Cli, MisspeltDesignIsRefusedBeforeAnythingIsTrained) {
  const auto ran = run_madsearch("score 'attntion swiglu' --battery quick");
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(ran.err,
            "design:1:1: unknown primitive \"attntion\"\n"
            "  1 | attntion swiglu\n"
            "    | ^^^^^^^^\n"
            "  expected one of: " +
                all_primitives() +
                "\n"
                "  did you mean \"attention\"?\n");
}

TEST(Cli, CostPrintsTheKeysOthersRelyOn) {
  const auto ran = run_madsearch("cost transformer++ --stages 4 --width 32 --length 64 --format json");
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto json = Json::parse(ran.out);
  EXPECT_EQ(json["text"], "[attention swiglu]x2");
  EXPECT_EQ(json["state"]["exact"], 2 * 2 * 32 * 64);
  EXPECT_EQ(json["state"]["mad"], 2 * 2 * 32 * 64);
  EXPECT_EQ(json["width"], 32);
  EXPECT_EQ(json["length"], 64);
  EXPECT_GT(json["parameters"], 0);
  EXPECT_GT(json["flops"], 0);
}

}  // namespace
}  // namespace madsearch
