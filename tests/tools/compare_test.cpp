// `madsearch compare`: two designs of a run, or of two.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "program.h"
#include "results/run_meta.h"
#include "results/store.h"

namespace madsearch {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// A copy of the quick start's run, real trainings; what is put into it the command finds there.
class Compare : public testing::Test {
 protected:
  Compare() { fs::copy(in_source("tests/data/runs/quick"), path("quick")); }

  std::string path(const std::string& name) const { return folder_.path + "/" + name; }
  Store store(const std::string& name = "quick") const { return {path(name) + "/search.db", Store::Mode::kWrite}; }
  Ran compare(const std::string& arguments) const {  // in the folder, so that messages name it shortly
    return run_program("sh -c 'cd " + folder_.path + " && exec " + in_build("madsearch") + " compare " + arguments +
                       "'");
  }
  Json json(const std::string& arguments) const {
    const auto ran = compare(arguments + " --format json");
    EXPECT_EQ(ran.code, 0) << ran.err;
    return Json::parse(ran.out, nullptr, false);
  }
  void refused(const std::string& arguments, const std::string& message) const {
    const auto ran = compare(arguments);
    EXPECT_EQ(ran.code, 2);
    EXPECT_EQ(ran.out, "");
    EXPECT_EQ(ran.err, message + "\n");
  }
  /// A fresh evaluation of a design of the run as of another one.
  void put_fresh(const std::string& hash, std::int64_t set, Outcome outcome, bool finished = true) const {
    auto all = store();
    auto record = all.evaluations("60fef120574d9510").at(0);
    for (const auto& other : all.evaluations("60fef120574d9510"))
      if (other.rung == Rung::kConfirm) record = other;
    record.number = 10'000 + set;
    record.hash = hash;
    record.seed_set = set;
    record.outcome = outcome;
    record.finished = finished;
    if (outcome != Outcome::kOk || !finished) record.score.reset();
    all.put(record);
  }

 private:
  TemporaryFolder folder_;
};

TEST_F(Compare, ShowsTheDifferenceOfEachTaskAndInAll) {
  const auto ran = compare("quick 60fef120 striped-mamba");
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.out, R"(60fef120  mamba moe{active=1} attention swiglu
a00d18ce  mamba swiglu attention swiglu
battery quick, protocol madsearch

60fef120 less a00d18ce on 2 fresh seed sets (1, 2)
                           60fef120  a00d18ce  difference  95 % interval
  score                       0.806     0.741      +0.065  -0.025..+0.154
  in-context-recall           0.999     0.995      +0.004  -0.028..+0.035
  fuzzy-in-context-recall     0.970     0.745      +0.225  -0.069..+0.519
  noisy-in-context-recall     1.000     1.000      +0.000  -0.134..+0.134
  selective-copying           0.818     0.728      +0.091  -0.106..+0.288
  compression                 0.242     0.238      +0.004  -0.037..+0.045
  memorization                0.988     0.992      -0.004  -0.045..+0.037
on the search's seed set, by which it chose: +0.060, no interval

                         60fef120   a00d18ce
  state at 4096 tokens    263 360    263 360
  state at 48 tokens        4 288      4 288
  parameters               48 832     27 968
  FLOPs                 3 185 664  3 173 376
  bits per byte             2.140          -

Not apart: the 95 % interval of the difference on 2 fresh seed sets reaches 0.
)");
}

TEST_F(Compare, SaysInJsonWhatFrontSaysOfAMemberAndItsRival) {
  const auto found = json("quick 60fef120 a00d18ce");
  const auto front = Json::parse(run_madsearch("front " + path("quick") + " --format json").out);
  const auto& member = front["front"].back();
  ASSERT_EQ(member["rival"], "a00d18ce");
  EXPECT_EQ(found["apart"], false);
  for (const auto* field : {"id", "hash", "text", "score", "score_low", "state", "parameters", "flops", "seeds"})
    EXPECT_EQ(found["a"][field], member[field]) << field;
  const auto& first = found["comparisons"][0];
  EXPECT_EQ(first["on"], "fresh");
  EXPECT_EQ(first["seed_sets"], (std::vector<int>{1, 2}));
  EXPECT_EQ(first["tasks"].size(), 6u);
  EXPECT_NEAR(first["difference"].get<double>(), first["a"].get<double>() - first["b"].get<double>(), 1e-12);
  EXPECT_EQ(found["comparisons"][1]["on"], "search");
  EXPECT_EQ(found["comparisons"][1]["margin"], nullptr);
  EXPECT_EQ(json("quick 60fef120 transformer++")["apart"], true);
}

TEST_F(Compare, IsTheSameTheOtherWayRound) {
  const auto one = json("quick 60fef120 a00d18ce")["comparisons"][0];
  const auto other = json("quick a00d18ce 60fef120")["comparisons"][0];
  EXPECT_EQ(one["a"], other["b"]);
  EXPECT_NEAR(one["difference"].get<double>(), -other["difference"].get<double>(), 1e-12);
  EXPECT_NEAR(one["margin"].get<double>(), other["margin"].get<double>(), 1e-12);
}

TEST_F(Compare, HasARowOfCsvForEachTaskAndKindOfSets) {
  const auto out = compare("quick 60fef120 a00d18ce --format csv").out;
  EXPECT_TRUE(out.starts_with("on,seed_sets,task,a,b,difference,margin\nfresh,2,,0.805764,0.741120,0.064644,"));
  EXPECT_NE(out.find("\nsearch,1,memorization,"), std::string::npos);
  EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 1 + 2 * 7);
}

TEST_F(Compare, OneCommonSeedSetDecidesNothing) {
  put_fresh("abcfc346", 0, Outcome::kOk);  // no such candidate: nothing of it is found
  const auto hash = json("quick abcfc346 a00d18ce")["a"]["hash"].get<std::string>();
  put_fresh(hash, 1, Outcome::kOk);
  const auto ran = compare("quick abcfc346 a00d18ce");
  EXPECT_NE(ran.out.find("abcfc346 less a00d18ce on 1 fresh seed set (1)\n"), std::string::npos) << ran.out;
  EXPECT_TRUE(
      ran.out.ends_with("\nNot decided: one seed set leaves no interval of a difference; two designs of this "
                        "run on one are told apart where they differ by 0.085 (95 %, by what its confirmed "
                        "designs deviate).\n"))
      << ran.out;
  EXPECT_EQ(json("quick abcfc346 a00d18ce")["apart"], nullptr);
}

TEST_F(Compare, TheSearchsSeedsDecideNothing) {
  const auto out = compare("quick 3d9c8d89 abcfc346").out;
  EXPECT_NE(out.find("3d9c8d89 less abcfc346 on the search's seed set (0)\n"), std::string::npos) << out;
  EXPECT_TRUE(
      out.ends_with("\nNot decided: the search chose by its own seed set, so a difference on it is a best of "
                    "many draws; --seeds N trains both on N new ones.\n"))
      << out;
}

TEST_F(Compare, SaysWhatFailedAndWhatIsUnderWay) {
  put_fresh("60fef120574d9510", 7, Outcome::kDiverged);
  put_fresh("a00d18cea6aeeced", 8, Outcome::kOk, false);
  const auto ran = compare("quick 60fef120 a00d18ce");
  EXPECT_NE(ran.out.find("\n60fef120 ended as diverged on fresh seed set 7\n"
                         "a00d18ce is not finished on fresh seed set 8\n\n"),
            std::string::npos)
      << ran.out;
  const auto found = json("quick 60fef120 a00d18ce");
  EXPECT_EQ(found["a"]["unscored"], Json::parse(R"([{"on": "fresh", "seed_set": 7, "outcome": "diverged"}])"));
  EXPECT_EQ(found["b"]["unscored"][0]["outcome"], "under way");
}

TEST_F(Compare, DesignsThatTheRunHasNotHaveSizesAlone) {
  const auto found = json("quick 4eb369c6 \"gla swiglu\"");
  EXPECT_TRUE(found["comparisons"].empty());
  EXPECT_EQ(found["b"]["in_run"], false);
  EXPECT_EQ(found["b"]["text"], "[gla swiglu]x2");
  EXPECT_EQ(found["b"]["state"], 512);
  EXPECT_EQ(found["b"]["score"], nullptr);
  EXPECT_EQ(found["verdict"],
            "No seed set in common: 888573bf is no design of its run; --seeds N trains both on N new ones.");
}

TEST_F(Compare, RefusesWhatNamesNoTwoDesigns) {
  refused("quick 60fef120 60fe", "both are design 60fef120: there is nothing to compare");
  refused("quick 60fef120 \"mamba moe{active=1} attention swiglu\"",
          "both are design 60fef120: there is nothing to compare");
  refused("quick 6 gla", "4 candidates have ids that begin with \"6\"; write more of it");
  refused("quick 60fef121 gla",
          "no candidate of this run has an id that begins with \"60fef121\"; `madsearch front DIR` lists ids\n"
          "  did you mean \"60fef120\"?");
  const auto unknown = compare("quick 60fef120 transfomer++");
  EXPECT_EQ(unknown.code, 2);
  EXPECT_TRUE(unknown.err.starts_with("unknown design \"transfomer++\"\n  expected one of: based, ")) << unknown.err;
  EXPECT_TRUE(unknown.err.ends_with("\n  did you mean \"transformer++\"?\n")) << unknown.err;
  refused("quick 60fef120 \"gla mamba swiglu\"",
          "design \"gla mamba swiglu\" has 3 blocks, and 4 stages are no multiple of that; choose another number of "
          "stages, or another design");
  refused("nothing 60fef120 gla", "nothing is no run: it has no search.db");
}

TEST_F(Compare, RefusesRunsThatDontCompare) {
  const auto other = [&](const std::string& name, const std::string& key, const std::string& value) {
    fs::copy(path("quick"), path(name));
    store(name).put_meta(key, value);
    return "quick 60fef120 a00d18ce --other " + name;
  };
  refused(other("lab", "protocol", "mad-lab"),
          "quick and lab do not compare: one has protocol madsearch, the other mad-lab");
  refused(other("long", "battery_hash", "0123456789abcdef"),
          "quick and long do not compare: their batteries differ, quick (36b59e1623bc2ad9) and quick "
          "(0123456789abcdef)");
  refused(other("old", "scoring", "2"), "quick and old do not compare: their scores are of versions 3 and 2");
}

TEST_F(Compare, RunsOfEqualSeedsArePairedAndOthersAreNot) {
  fs::copy(path("quick"), path("twin"));
  EXPECT_EQ(json("quick 60fef120 a00d18ce --other twin")["comparisons"],
            json("quick 60fef120 a00d18ce")["comparisons"]);
  auto identity = store("twin").meta("identity");
  store("twin").put_meta("identity", "seed: 2" + identity.substr(std::string("seed: 1").size()));
  const auto found = json("quick 60fef120 a00d18ce --other twin");
  EXPECT_EQ(found["same_seeds"], false);
  EXPECT_TRUE(found["comparisons"].empty());
  EXPECT_EQ(found["verdict"],
            "No seed set in common: the two runs have different seeds; --seeds N trains both on N new ones.");
  EXPECT_NE(compare("quick 60fef120 a00d18ce --other twin").out.find("protocol madsearch; of quick and twin\n"),
            std::string::npos);
}

TEST(CompareFormer, ReadsStoresOfAnOlderSchema) {
  const TemporaryFolder folder;
  for (const std::string name : {"finished", "interrupted"}) {
    fs::copy(in_source("tests/data/runs/" + name), folder.path + "/" + name);
    const auto run = folder.path + "/" + name;
    const auto front = Json::parse(run_madsearch("front " + run + " --format json").out);
    const std::string a = front["hand_designs"][0]["id"];
    const std::string b = front["hand_designs"][1]["id"];
    const auto ran = run_madsearch("compare " + run + " " + a + " " + b + " --format json");
    ASSERT_EQ(ran.code, 0) << ran.err;
    EXPECT_FALSE(Json::parse(ran.out)["comparisons"].empty());
    const auto spent = run_madsearch("compare " + run + " " + a + " " + b + " --seeds 1");
    EXPECT_EQ(spent.code, 2);
    EXPECT_EQ(spent.err, run +
                             " was made by madsearch 0.1.0, whose scores are of version 1, this is 0.1.0 with "
                             "version 3; its scores can't be compared with new ones\n");
  }
}

TEST(CompareSeeds, TrainsBothOnNewOnesAndLeavesTheRunAsItIs) {
  const StubRun run;
  ASSERT_EQ(run.run().code, 0);
  const auto before = read_file(run.path("run/search.db"));
  const auto log = run.path("log").string();
  const auto arguments = "compare " + run.out() + " transformer++ 'mamba swiglu' --seeds 2 --format json";
  const auto ran = run_madsearch(arguments + " --log " + log);
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto found = Json::parse(ran.out);
  ASSERT_EQ(found["comparisons"].size(), 1u) << "the run knows nothing of one of them";
  EXPECT_EQ(found["comparisons"][0]["on"], "new");
  EXPECT_EQ(found["comparisons"][0]["seed_sets"], (std::vector<int>{1, 2}));
  EXPECT_TRUE(found["comparisons"][0]["margin"].is_number());
  EXPECT_EQ(read_file(run.path("run/search.db")), before);
  EXPECT_EQ(run_madsearch("check " + run.out()).code, 0);
  const auto again = run_madsearch(arguments + " --log " + log + " --worker false");
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(again.out, ran.out) << "what the log holds needs no worker";
  const auto unlogged = Json::parse(run_madsearch(arguments).out);
  EXPECT_NEAR(unlogged["comparisons"][0]["difference"].get<double>(),
              found["comparisons"][0]["difference"].get<double>(), 1e-3)
      << "a log rounds";
}

TEST(CompareSeeds, StandBesideThoseThatTheRunHas) {
  const StubRun run;
  ASSERT_EQ(run.run().code, 0);
  const auto ran = run_madsearch("compare " + run.out() + " transformer++ gla --seeds 1 --format json");
  ASSERT_EQ(ran.code, 0) << ran.err;
  std::vector<std::string> kinds;
  const auto found = Json::parse(ran.out);
  for (const auto& one : found["comparisons"]) kinds.push_back(one["on"]);
  EXPECT_EQ(kinds, (std::vector<std::string>{"new", "fresh", "fresh and new", "search"}));
}

TEST(CompareSeeds, ThatBringNoScoreAreToldAndEndWithAnError) {
  const StubRun run;
  ASSERT_EQ(run.run().code, 0);
  const std::string worker = "'MADSEARCH_STUB=milliseconds=1,poison=mamba madsearch stub-worker'";
  const auto ran = run_madsearch("compare " + run.out() +
                                 " transformer++ 'mamba swiglu' --seeds 1 --devices cpu --slots 2 "
                                 "--worker " +
                                 worker);
  EXPECT_EQ(ran.code, 1) << ran.err;
  EXPECT_NE(ran.out.find("\nb1e08b3f ended as lost on new seed set 1\n"), std::string::npos) << ran.out;
  EXPECT_TRUE(ran.out.ends_with("\nNo seed set in common on which both were scored.\n")) << ran.out;
}

TEST(CompareSeeds, NeedALogForNothingElse) {
  const auto ran = run_madsearch("compare " + in_source("tests/data/runs/quick") + " gla mamba --log x");
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(ran.err, "--log requires --seeds\nRun with --help for more information.\n");
}

}  // namespace
}  // namespace madsearch
