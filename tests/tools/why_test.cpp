// `madsearch why`: why a design is on the front of a run or not.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "program.h"
#include "results/store.h"

namespace madsearch {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// A copy of the quick start's run, real trainings.
class Why : public testing::Test {
 protected:
  Why() { fs::copy(in_source("tests/data/runs/quick"), path()); }

  std::string path() const { return folder_.path + "/quick"; }
  Ran why(const std::string& arguments) const {
    return run_program("sh -c 'cd " + folder_.path + " && exec " + in_build("madsearch") + " why quick " + arguments +
                       "'");
  }
  Json json(const std::string& id) const {
    const auto ran = why(id + " --format json");
    EXPECT_EQ(ran.code, 0) << ran.err;
    return Json::parse(ran.out, nullptr, false);
  }

 private:
  TemporaryFolder folder_;
};

TEST_F(Why, SaysWhatKeepsADesignOffTheFront) {
  const auto ran = why("gated-deltanet");
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.out, R"(14a3c12e  [gated_delta_net swiglu]x2
  score 0.597 (0.553..0.640) of 3 fresh seed sets, state 1 152 at 4096 tokens

Not on the front: 3 members are no larger and score no lower.

members that dominate it (difference: its score less theirs, on the seed sets that both had)
  id        score  state at 4096  difference  in standard errors  seed sets  design
  3d9c8d89  0.637            384      -0.045                -1.7  2 fresh    rwkv7 swiglu short_conv{conv=4} swiglu
  4eb369c6  0.639            416      -0.046                -1.7  2 fresh    )"
                     R"(rwkv7 rwkv_channel{gate=off} short_conv{conv=4} swiglu
  39af6cc0  0.648            640      -0.051                -2.3  3 fresh    [rwkv7 rwkv_channel{gate=off}]x2

designs that it dominates, 2 in all (difference: its score less theirs, on the seed sets that both had)
  id        score  state at 4096  difference  in standard errors  seed sets  design
  b1e08b3f  0.293          2 432      +0.304               +12.6  3 fresh    [mamba swiglu]x2
  c5df78fb  0.306        524 288      +0.291               +15.2  3 fresh    [attention swiglu]x2

what would bring it there, each alone
  score above 0.648, that of 39af6cc0: it has 0.597, 0.051 too little
  state below 384, that of 3d9c8d89: it has 1 152, 3 times as much

Nearest to it is 3d9c8d89: -0.045 ± 0.069 on 2 fresh seed sets. )"
                     R"(6 more seed sets would likely (80 %) tell the two apart, )"
                     R"(if they differ by that and one design deviates by 0.028 between seed sets.
  madsearch compare quick 14a3c12e 3d9c8d89 --seeds 6
)");
}

TEST_F(Why, SaysWhatKeepsAMemberOnTheFront) {
  const auto out = why("60fef120").out;
  EXPECT_NE(out.find("\nOn the front: no other confirmed design is as small and scores as high. a00d18ce is no larger "
                     "and may yet beat it: the 95 % interval of their difference in score reaches 0.\n"),
            std::string::npos)
      << out;
  EXPECT_NE(out.find("\nwhat keeps it there, each alone\n"
                     "  score above 0.724, that of a00d18ce: it has 0.806, 0.082 to spare\n"),
            std::string::npos)
      << out;
  const auto smallest = why("b4761174").out;
  EXPECT_NE(smallest.find("\nOn the front: no other confirmed design is as small and scores as high, and none is as "
                          "small.\n"),
            std::string::npos)
      << smallest;
}

TEST_F(Why, IsInJsonWhatFrontAndCompareSay) {
  const auto front = Json::parse(run_madsearch("front " + path() + " --format json").out);
  for (const auto& member : front["front"]) {
    const auto found = json(member["id"]);
    EXPECT_EQ(found["place"], "front");
    for (const auto* field : {"hash", "score", "score_low", "state", "seeds", "bits_per_byte"})
      EXPECT_EQ(found[field], member[field]) << field;
    if (member["rival"].is_string()) {
      EXPECT_EQ(found["rival"]["id"], member["rival"]);
    }
  }
  const auto found = json("gated-deltanet");
  EXPECT_EQ(found["place"], "dominated");
  EXPECT_EQ(found["dominated_by"].size(), 3u);
  EXPECT_EQ(found["dominates_count"], 2);
  EXPECT_EQ(found["bounds"][1]["objective"], "state");
  EXPECT_EQ(found["bounds"][1]["beyond"], 384);
  EXPECT_EQ(found["more_seed_sets"], 6);
  const auto compared =
      Json::parse(run_madsearch("compare " + path() + " 14a3c12e 3d9c8d89 --format json").out)["comparisons"][0];
  for (const auto* field : {"difference", "margin", "standard_error"})
    EXPECT_NEAR(found["rival"][field].get<double>(), compared[field].get<double>(), 1e-9) << field;
}

TEST_F(Why, ComparesUnconfirmedDesignsByTheSearchsScores) {
  const auto found = json("abcfc346");
  EXPECT_EQ(found["place"], "not confirmed");
  EXPECT_EQ(found["by"], "search");
  EXPECT_EQ(found["why"],
            "Not on the front, which is of designs with two fresh seed sets or more: it was given no fresh seed set. 4 "
            "members are no larger and score no lower by the search's scores.");
  EXPECT_EQ(found["rival"]["margin"], nullptr);
  EXPECT_EQ(found["command"], "madsearch compare quick abcfc346 b4761174 --seeds 2");
}

TEST_F(Why, TellsWhatHasNoPlace) {
  Store store(path() + "/search.db", Store::Mode::kWrite);
  const auto met = [&](const std::string& hash, const std::string& origin, EvaluationRecord evaluation) {
    store.put(CandidateRecord{.hash = hash, .text = "mamba{} swiglu{}", .origin = origin});
    evaluation.number = static_cast<std::int64_t>(20'000 + hash.back());
    evaluation.hash = hash;
    store.put(evaluation);
  };
  met("f000000000000001", "random", {.rung = Rung::kBattery, .finished = true, .outcome = Outcome::kDiverged});
  met("f000000000000002", "random", {.rung = Rung::kProbe, .finished = true, .score = 0.3});
  met("f000000000000003", "random", {.rung = Rung::kBattery});
  met("f000000000000004", "random", {.rung = Rung::kBattery, .finished = true, .score = 0.01, .violation = 0.09});
  met("f000000000000005", "without convolution",
      {.rung = Rung::kCounterfactual, .seed_set = 1, .finished = true, .score = 0.3});
  met("f000000000000006", "random control", {.rung = Rung::kBattery, .finished = true, .score = 0.1, .violation = 0});
  const std::map<std::string, std::string> wanted = {
      {"f000000000000001", "Not on the front: it came to no score, its training ended as diverged."},
      {"f000000000000002", "Not on the front: it had the probe alone, and was not promoted to the battery."},
      {"f000000000000003", "Not on the front yet: its evaluation is not finished."},
      {"f000000000000004",
       "Not on the front: it came too little above chance on every recall and copying task to be feasible."},
      {"f000000000000005", "Not on the front: it is a member without its convolutions, measured to stand beside it."},
      {"f000000000000006",
       "Not on the front: it was drawn at random for the control, which takes no part in the search."}};
  for (const auto& [hash, sentence] : wanted) EXPECT_EQ(json(hash)["why"], sentence) << hash;
  EXPECT_EQ(json("f000000000000002")["score"], nullptr);
}

TEST_F(Why, PrintsACommandThatAShellTakesWhateverTheFolderIsCalled) {
  const auto folder = path() + " of May";
  fs::rename(path(), folder);
  const auto ran = run_madsearch("why '" + folder + "' abcfc346");
  const auto wanted = "\n  madsearch compare '" + folder + "' abcfc346 b4761174 --seeds 2\n";
  EXPECT_NE(ran.out.find(wanted), std::string::npos) << ran.out << ran.err;
}

TEST_F(Why, RefusesWhatIsNoDesignOfTheRun) {
  const auto refused = [&](const std::string& word, const std::string& message) {
    const auto ran = why(word);
    EXPECT_EQ(ran.code, 2);
    EXPECT_EQ(ran.err, message + "\n");
  };
  refused("\"gla swiglu\"",
          "\"gla swiglu\" is no design of this run; `madsearch compare quick A B --seeds N` scores it beside one that "
          "is");
  refused("0", "4 candidates have ids that begin with \"0\"; write more of it");
  refused("60fef121",
          "no candidate of this run has an id that begins with \"60fef121\"; `madsearch front DIR` lists ids\n"
          "  did you mean \"60fef120\"?");
}

TEST_F(Why, HasARowOfCsvForEachDesignBesideIt) {
  const auto out = why("gated-deltanet --format csv").out;
  EXPECT_TRUE(
      out.starts_with("id,score,state at 4096,difference,in standard errors,seed sets,design\n3d9c8d89,0.637,"
                      "384,-0.045,-1.7,2 fresh,"))
      << out;
  EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 6);
}

TEST(WhyWhileItIsWritten, ReadsARunThatAnotherProcessWrites) {
  const StubRun run;
  ASSERT_EQ(run.run().code, 0);
  const Store writer(run.path("run/search.db"), Store::Mode::kWrite);
  for (const auto& command : {"why " + run.out() + " transformer++", "compare " + run.out() + " gla transformer++"}) {
    const auto ran = run_madsearch(command);
    EXPECT_EQ(ran.code, 0) << command << ran.err;
  }
}

TEST(WhyFormer, ReadsStoresOfAnOlderSchema) {
  const TemporaryFolder folder;
  for (const std::string name : {"finished", "interrupted"}) {
    fs::copy(in_source("tests/data/runs/" + name), folder.path + "/" + name);
    const auto run = folder.path + "/" + name;
    const auto front = Json::parse(run_madsearch("front " + run + " --format json").out);
    for (const auto& row : front["hand_designs"]) {
      const auto ran = run_madsearch("why " + run + " " + std::string(row["id"]) + " --format json");
      ASSERT_EQ(ran.code, 0) << ran.err;
      EXPECT_FALSE(std::string(Json::parse(ran.out)["why"]).empty());
    }
  }
}

}  // namespace
}  // namespace madsearch
