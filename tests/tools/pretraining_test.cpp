// `madsearch bench pretraining`.
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "program.h"

namespace madsearch {
namespace {

using Json = nlohmann::json;

std::string design(const std::string& genome, double value) {
  return R"({"group": "g", "name": "one", "genome": ")" + genome + R"(", "value": )" + std::to_string(value) +
         R"(, "recall": null})" + "\n";
}

/// A paper of three designs, a setup, and a folder for pretrainings.
class SmallSetup {
 public:
  SmallSetup() {
    write_file(folder_.path + "/groups.jsonl",
               R"({"group": "g", "paper": "arXiv:1", "half": "choosing", "trust": "A", "unit": "loss", "clear": 0.5})"
               "\n");
    write_file(folder_.path + "/designs.jsonl", design("[attention swiglu]x2", 1) + design("[retnet swiglu]x2", 2) +
                                                    design("gla swiglu attention{window=16} swiglu", 3));
    write_file(folder_.path + "/verdicts.jsonl", "");
    std::filesystem::create_directory(folder_.path + "/text");
    write_file(folder_.path + "/text/a.txt", "hello");
    setup("");
  }
  void setup(const std::string& more) const {
    write_file(folder_.path + "/mine.yaml",
               "data: text\nflops: 1.0e+9\nparameters: 20000\nlength: 64\nblocks: 8\nbase_width: 32\n" + more);
  }
  Ran run(const std::string& more) const {
    return run_madsearch("bench pretraining --setup " + folder_.path + "/mine.yaml --published " + folder_.path +
                         " --log " + log() + " --worker 'madsearch stub-worker' --devices cpu --slots 1 " + more);
  }
  std::string log() const { return folder_.path + "/log"; }
  std::string folder() const { return folder_.path; }

 private:
  TemporaryFolder folder_;
};

TEST(BenchPretraining, PrintsTheNullPredictorsWhereNothingIsTrained) {
  const SmallSetup setup;
  const auto ran = setup.run("--stored");
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.err, "3 pretrainings of setup mine are not in " + setup.log() + "\n");
  EXPECT_EQ(ran.out.substr(0, ran.out.find("  papers alike")),
            "setup mine against published results, papers for choosing: 3 contrasts of trust A and B\n"
            "nothing is pretrained: null predictors alone\n");
}

TEST(BenchPretraining, TrainsWhatTheLogLacksAndNothingTwice) {
  const SmallSetup setup;
  const auto first = setup.run("--seeds 2 --designs --format json");
  ASSERT_EQ(first.code, 0) << first.err;
  const auto out = Json::parse(first.out);
  EXPECT_EQ(out.at("contrasts"), 3);
  EXPECT_EQ(out.at("shares").at(0).at("predictor"), "bits per byte");
  EXPECT_EQ(out.at("shares").at(1).at("predictor"), "recall slice");
  EXPECT_EQ(out.at("shares").at(2).at("predictor"), "outside the slice");
  EXPECT_EQ(out.at("shares").at(3).at("predictor"), "state");
  ASSERT_EQ(out.at("designs").size(), 3u);
  for (const auto& one : out.at("designs")) {
    const auto share = one.at("recall_share").get<double>();
    EXPECT_NEAR(one.at("bits per byte").get<double>(),
                share * one.at("recall slice").get<double>() + (1 - share) * one.at("outside the slice").get<double>(),
                1e-9);
    EXPECT_LT(one.at("bits per byte low"), one.at("bits per byte high"));
  }
  const auto again = setup.run("--seeds 2 --designs --format json --stored");
  EXPECT_EQ(again.out, first.out);
  EXPECT_EQ(again.err, "");
  EXPECT_NE(setup.run("--designs").out.find(" one run"), std::string::npos);
  const auto larger = setup.run("--stored --times 4");
  EXPECT_EQ(larger.err, "3 pretrainings of setup mine are not in " + setup.log() + "\n") << "another budget";
  setup.setup("embeddings: tied\n");
  EXPECT_EQ(setup.run("--stored").err, "3 pretrainings of setup mine are not in " + setup.log() + "\n");
}

/// Windows of published designs are shares of the context, and designs are repeated to the setup's blocks.
TEST(BenchPretraining, TrainsDesignsAsTheirPapersHaveThem) {
  const SmallSetup setup;
  ASSERT_EQ(setup.run("").code, 0);
  const auto log = read_file(setup.log() + "/mine.jsonl");
  EXPECT_NE(log.find("window=1/2"), std::string::npos) << log;
  EXPECT_NE(log.find("repeat 2;"), std::string::npos) << log;
}

TEST(BenchPretraining, TrainsOnlyTheDesignsNamed) {
  const SmallSetup setup;
  ASSERT_EQ(setup.run("").code, 0);
  const auto out = Json::parse(setup.run("--stored --designs --format json").out);
  const auto a = out.at("designs").at(0).at("hash").get<std::string>();
  const auto b = out.at("designs").at(1).at("hash").get<std::string>();
  const auto ran = setup.run("--stored --only " + a + "," + b.substr(0, 8));
  EXPECT_NE(ran.out.find("papers for choosing: 1 contrast of"), std::string::npos) << ran.out;
  const auto alone = setup.run("--stored --only " + a);
  EXPECT_EQ(alone.code, 2);
  EXPECT_EQ(alone.err, "--only " + a + " leaves no contrast: it needs both designs of one at least\n");
  const auto none = setup.run("--stored --only xyz");
  EXPECT_EQ(none.code, 2);
  EXPECT_EQ(none.err, "no design of these papers has a hash that begins with \"xyz\"; --designs --stored lists them\n");
}

TEST(BenchPretraining, HoldsABatterysScoresAgainstThePretrainings) {
  const SmallSetup setup;
  const auto scores = setup.folder() + "/scores";
  ASSERT_EQ(run_madsearch("bench battery tiny --against published --published " + setup.folder() + " --log " + scores +
                          " --half choosing --seeds 1 --first 0 --worker 'madsearch stub-worker' --devices cpu")
                .code,
            0);
  const auto beside = "--beside tiny --beside-log " + scores;
  const auto ran = setup.run(beside + " --format json");
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto json = Json::parse(ran.out);
  EXPECT_EQ(json["beside"], Json({"tiny"}));
  EXPECT_EQ(json["not_beside"], Json({{"tiny", 0}}));
  std::vector<std::string> predictors;
  for (const auto& row : json["agreements"]) {
    EXPECT_EQ(row["designs"], 3);
    if (row["measure"] == "bits per byte") predictors.push_back(row["predictor"]);
  }
  EXPECT_EQ(predictors.front(), "tiny");
  EXPECT_EQ(predictors.back(), "the literature");  // a lookup table says nothing of three designs
  EXPECT_GE(predictors.size(), 5U);
  EXPECT_TRUE(json["by_family"].empty());  // of three designs no family has five
  const auto text = setup.run(beside + " --stored").out;
  EXPECT_NE(text.find("\n  tiny and bits per byte "), std::string::npos) << text;
  EXPECT_NE(text.find("\nrank correlation over 3 designs; given state: the partial one; "), std::string::npos) << text;
}

TEST(BenchPretraining, CountsWhatABatteryDidNotScore) {
  const SmallSetup setup;
  const auto ran = setup.run("--beside tiny --beside-log " + setup.folder() + "/nothing");
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_NE(ran.out.find(", 3 are not scored by tiny; 1 seed set\n"), std::string::npos) << ran.out;
  EXPECT_EQ(ran.out.find("rank correlation"), std::string::npos) << ran.out;
}

TEST(BenchPretraining, HoldsSmallerPretrainingsAgainstLargerOnes) {
  const SmallSetup setup;
  ASSERT_EQ(setup.run("--times 0.25").code, 0);
  const auto half = setup.folder() + "/mine.yaml@0.25";
  const auto ran = setup.run("--beside " + half + ",tiny@0.05 --designs --format json");
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto json = Json::parse(ran.out);
  EXPECT_EQ(json["not_beside"], Json({{"mine@0.25", 0}, {"tiny@0.05", 3}}));
  const auto alone = Json::parse(setup.run("--stored --beside " + half + " --designs --format json").out);
  const auto smaller = Json::parse(setup.run("--stored --times 0.25 --designs --format json").out);
  std::map<std::string, Json> of;
  for (const auto& one : smaller["designs"]) of[one["hash"]] = one;
  for (const auto& one : alone["designs"]) {
    EXPECT_EQ(one["beside"]["mine@0.25"], of.at(one["hash"])["bits per byte"]);
    EXPECT_EQ(one["beside"]["mine@0.25: recall slice"], of.at(one["hash"])["recall slice"]);
  }
  std::vector<std::string> predictors;
  for (const auto& row : alone["shares"])
    if (row["part"] == "all" && row["trust"] == "A and B") predictors.push_back(row["predictor"]);
  EXPECT_EQ(predictors[3], "mine@0.25");
  EXPECT_EQ(predictors[4], "mine@0.25: recall slice");
  EXPECT_EQ(predictors[5], "state");
}

/// The first that stands beside is what the others are held against.
TEST(BenchPretraining, SaysHowFarOneIsAheadOfTheFirst) {
  const SmallSetup setup;
  const auto itself = setup.folder() + "/mine.yaml@1";
  ASSERT_EQ(setup.run("").code, 0);
  const auto out = Json::parse(setup.run("--stored --beside " + itself + " --format json").out);
  const auto& first = out["agreements"][0];
  EXPECT_EQ(first["predictor"], "mine@1");
  EXPECT_EQ(first["rank"], 1.0);
  EXPECT_TRUE(first["ahead"].is_null());
  for (const auto& row : out["agreements"]) {
    if (row["predictor"] != "state" || row["measure"] != "bits per byte") continue;
    EXPECT_NEAR(row["ahead"].get<double>(), row["rank"].get<double>() - 1, 1e-12);
    EXPECT_LE(row["ahead_high"].get<double>(), 0);
  }
  const auto text = setup.run("--stored --beside " + itself).out;
  EXPECT_NE(text.find("  less mine@1  95 % "), std::string::npos) << text;
}

TEST(BenchPretraining, RefusesWhatIsNoShareAndNoSetup) {
  const SmallSetup setup;
  const auto share = setup.run("--stored --beside tiny@x");
  EXPECT_EQ(share.code, 2);
  EXPECT_NE(share.err.find("--beside tiny@x: after @ stands a share of the setup's budget, 1e-06 to 1e+06, as in "
                           "tiny@0.3\n"),
            std::string::npos)
      << share.err;
  const auto unknown = setup.run("--stored --beside tony@0.3");
  EXPECT_EQ(unknown.code, 2);
  EXPECT_NE(unknown.err.find("unknown setup \"tony\" in "), std::string::npos) << unknown.err;
  EXPECT_NE(unknown.err.find("\n  did you mean \"tiny\"?\n"), std::string::npos) << unknown.err;
}

}  // namespace
}  // namespace madsearch
