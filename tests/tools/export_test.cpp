// What `madsearch export` writes.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "program.h"

namespace madsearch {
namespace {

using Json = nlohmann::json;

TEST(Export, MakesASeedDesignOfACandidate) {
  const StubRun run;
  ASSERT_EQ(run.run().code, 0);
  const auto front = Json::parse(run_madsearch("front " + run.out() + " --format json").out);
  const auto& member = front.at("front").at(0);
  const std::string id = member.at("id");
  const auto file = run.path("winner.yaml").string();
  const auto ran = run_madsearch("export " + run.out() + " " + id.substr(0, 8) + " --to yaml --out " + file);
  EXPECT_EQ(ran.code, 0) << ran.err;
  const auto yaml = read_file(file);
  EXPECT_TRUE(yaml.starts_with("stripe: \"" + member.at("text").get<std::string>() + "\"\nsource: \"candidate " + id));
  EXPECT_TRUE(yaml.ends_with(" of the search stub\"\n"));
  EXPECT_EQ(Json::parse(run_madsearch("cost " + file + " --format json").out).at("text"), member.at("text"));
}

TEST(Export, DrawsADesign) {
  const auto dot = run_madsearch("export striped-mamba --to dot");
  EXPECT_EQ(dot.code, 0);
  EXPECT_EQ(dot.out, run_madsearch("cost striped-mamba --dot").out);
  const auto svg = run_madsearch("export 'attention{heads=2} swiglu' --to svg");
  EXPECT_EQ(svg.code, 0);
  EXPECT_NE(svg.out.find(">heads=2</text>"), std::string::npos);
}

TEST(Export, SaysWhatItCannotWrite) {
  const auto ran = run_madsearch("export gla --to yaml --out /no/such/folder/a.yaml");
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(ran.err, "can't write /no/such/folder/a.yaml\n");
}

}  // namespace
}  // namespace madsearch
