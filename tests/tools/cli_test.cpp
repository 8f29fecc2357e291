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

TEST(Cli, ReadsNumbersAsAConfigurationDoes) {
  const auto said = [](const std::string& arguments) {
    const auto ran = run_madsearch(arguments);
    EXPECT_EQ(ran.code, 2) << arguments;
    return ran.err.substr(0, ran.err.find('\n'));
  };
  EXPECT_EQ(said("cost mamba --width 010"), "--width: must be an integer from 4 to 65536, not \"010\"");
  EXPECT_EQ(said("cost mamba --vocabulary -5"), "--vocabulary: must be an integer from 0 to 1073741824, not \"-5\"");
  EXPECT_EQ(said("score mamba --seed -1"), "--seed: must be an integer from 0 to 9223372036854775807, not \"-1\"");
  EXPECT_EQ(said("train mamba --task memorization --steps 9223372036854775807"),
            "--steps: must be an integer from 1 to 100000000, not \"9223372036854775807\"");
  EXPECT_EQ(said("train mamba --task memorization --learning-rates nan"),
            "--learning-rates: must be a number from 1e-09 to 10, not \"nan\"");
  EXPECT_EQ(said("train mamba --task memorization --set length=inf"), "--set takes NAME=NUMBER, not \"length=inf\"");
}

TEST(Cli, SaysThatACostIsTooLargeToCount) {
  const auto ran = run_madsearch("cost transformer++ --width 16384 --length 16777216");
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(
      ran.err,
      "design \"transformer++\": parameters, FLOPs or state exceed 9.2e18, the most that is counted, at width 16384 "
      "and length 16777216\n");
}

TEST(Cli, SaysThatNoBatteryHasANameThatNoFileCanHave) {
  const auto ran = run_madsearch("score mamba --battery " + std::string(300, 'x'));
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(ran.err.find("unknown battery \"" + std::string(97, 'x') + "...\" in "), 0u) << ran.err;
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
