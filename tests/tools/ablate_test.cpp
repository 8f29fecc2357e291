// `madsearch ablate`.
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "program.h"

namespace madsearch {
namespace {

using Json = nlohmann::json;

/// A folder for trainings by stub workers.
class Ablate : public testing::Test {
 protected:
  std::string log() const { return folder_.path + "/log"; }
  std::string command(const std::string& design, const std::string& worker = "madsearch stub-worker") const {
    return "ablate " + design + " --log " + log() + " --devices cpu --slots 2 --worker '" + worker + "'";
  }
  /// The keys of all trainings that are kept.
  std::vector<std::string> kept() const { return kept_trainings(log() + "/tiny.jsonl"); }
  TemporaryFolder folder_;
};

TEST_F(Ablate, PutsTheMostValuablePartFirst) {
  const auto ran = run_madsearch(command("'attention swiglu canon mlp'"));
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.err, "");
  EXPECT_EQ(ran.out,
            R"(what the parts of this design are worth: attention swiglu canon mlp
MAD score on battery patient, width 32, 2 seed sets: 0.812; state 262 240 at 4096 tokens, 24 832 parameters
   worth  95 % interval   score  its state  active  parameters  part
  +0.090  +0.079..+0.100  0.723    262 144  24 864      24 864  1 attention removed
  +0.048  +0.038..+0.058  0.764          0  24 864      24 864  4 mlp removed
  +0.048  +0.038..+0.058  0.764         96  24 672      24 672  3 canon removed
  +0.048  +0.038..+0.058  0.764          0  24 800      24 800  2 swiglu removed
  +0.039  +0.030..+0.048  0.773    262 048  25 024      25 024  1 attention canon instead
  +0.001  -0.009..+0.010  0.812          0  24 832      24 832  2 swiglu mlp instead
worth: the design's score less that of the design without the part, on the same seed sets; its state: what it adds;
instead: the cheapest of its kind stands there; channel mixers are sized again for equal active parameters
6 intervals: of parts that are worth nothing, one in 20 has an interval without 0 by chance

worth by task
  recall  fuzzy-recall  noisy-recall  selective-copying  compression  memorization  part
   +0.15         +0.08         +0.08              +0.11        +0.02         +0.03  1 attention removed
   +0.05         +0.04         +0.04              +0.04        +0.07         +0.10  4 mlp removed
   +0.03         +0.05         +0.04              +0.04        +0.08         +0.11  3 canon removed
   +0.05         +0.03         +0.03              +0.05        +0.08         +0.17  2 swiglu removed
   +0.12         +0.04         +0.04              +0.05        -0.05         -0.06  1 attention canon instead
   +0.01         -0.06         -0.02              +0.04        +0.03         +0.03  2 swiglu mlp instead
)");
}

TEST_F(Ablate, ListsWhatCannotBeMeasuredWithTheReason) {
  const auto ran = run_madsearch(command("'[mamba]x2' --battery tiny --seeds 1"));
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.out, R"(what the parts of this design are worth: [mamba]x2
MAD score on battery tiny, width 16, 1 seed set: 0.433; state 1 216 at 4096 tokens, 6 752 parameters
not measured
  1, 2 mamba removed: it has 50 % fewer active parameters, and no size is left that makes up for it
  1 mamba canon instead: it has 49 % fewer active parameters, and no size is left that makes up for it
  2 mamba canon instead: it has 49 % fewer active parameters, and no size is left that makes up for it
)");
}

TEST_F(Ablate, HasItAllInJson) {
  const auto ran = run_madsearch(command("tests/data/runs/quick 60fef120 --battery tiny --format json"));
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto found = Json::parse(ran.out);
  EXPECT_EQ(found.at("design"), "60fef120");
  EXPECT_EQ(found.at("text"), "mamba moe{active=1} attention swiglu");
  EXPECT_EQ(found.at("battery"), "tiny");
  EXPECT_EQ(found.at("protocol"), "madsearch");
  EXPECT_EQ(found.at("partial"), false);
  EXPECT_EQ(found.at("seed_sets"), 2);
  EXPECT_EQ(found.at("seeds"), 2);
  EXPECT_EQ(found.at("state_length"), 4096);
  ASSERT_EQ(found.at("parts").size(), 8u);
  double last = 1;
  for (const auto& part : found.at("parts")) {
    EXPECT_TRUE(part.at("problem").is_null());
    const double worth = part.at("worth");
    EXPECT_LE(worth, last);
    last = worth;
    EXPECT_LT(part.at("worth_low"), worth);
    EXPECT_NEAR(worth, found.at("score").get<double>() - part.at("score").get<double>(), 1e-9);
    EXPECT_EQ(part.at("state").get<int>() + part.at("part_state").get<int>(), found.at("state").get<int>());
    EXPECT_NEAR(part.at("active_parameters").get<double>(), found.at("active_parameters").get<double>(), 4000);
    EXPECT_EQ(part.at("tasks").size(), 6u);
    EXPECT_TRUE(part.at("tasks").at("compression").contains("worth_low"));
  }
}

/// What the page shows is what was printed.
TEST_F(Ablate, KeepsItsAnswerBesideItsTrainings) {
  const auto asked = command("'attention swiglu canon mlp'") + " --battery tiny --format json";
  const auto answers = [&] {
    std::vector<std::string> out;
    for (const auto& file : std::filesystem::directory_iterator(log() + "/answers"))
      out.push_back(read_file(file.path()));
    return out;
  };
  const auto one = run_madsearch(asked + " --seeds 1");
  ASSERT_EQ(one.code, 0) << one.err;
  EXPECT_EQ(answers(), std::vector{one.out});
  const auto found = Json::parse(one.out);
  EXPECT_EQ(found.at("question"), "ablate");
  EXPECT_EQ(found.at("id").get<std::string>().size(), 16u);
  const auto two = run_madsearch(asked + " --seeds 2");
  ASSERT_EQ(two.code, 0) << two.err;
  ASSERT_EQ(run_madsearch(asked + " --seeds 2 --stored").code, 0);
  const auto both = answers();
  EXPECT_EQ(std::set(both.begin(), both.end()), (std::set{one.out, two.out}));
}

TEST_F(Ablate, KeepsNoAnswerWhereTheDesignHasNoScore) {
  ASSERT_EQ(run_madsearch(command("'[mamba]x2' --stored")).code, 1);
  EXPECT_FALSE(std::filesystem::exists(log() + "/answers"));
}

/// The run's own battery, unless another is named.
TEST_F(Ablate, TakesTheBatteryOfTheRun) {
  const auto ran = run_madsearch(command("tests/data/runs/quick 60fef120 --stored --format json"));
  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(Json::parse(ran.out).at("battery"), "quick");
  EXPECT_EQ(ran.err, "126 trainings of battery quick are not in " + log() + "\n");
}

TEST_F(Ablate, GoesOnAfterAKillAndTrainsNothingTwice) {
  const std::string rest = " --battery tiny";
  const auto slow = command("'attention swiglu canon mlp'", "MADSEARCH_STUB=milliseconds=60 madsearch stub-worker");
  const auto killed = run_madsearch(slow + rest, 1.2);
  ASSERT_EQ(killed.code, 128 + 9) << killed.out;
  const auto before = kept();
  ASSERT_FALSE(before.empty());
  const auto ran = run_madsearch(command("'attention swiglu canon mlp'") + rest);
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto after = kept();
  EXPECT_GT(after.size(), before.size());
  EXPECT_TRUE(std::equal(before.begin(), before.end(), after.begin()));
  EXPECT_EQ(std::set<std::string>(after.begin(), after.end()).size(), after.size()) << "trained twice";
  const auto again = run_madsearch(command("'attention swiglu canon mlp'", "false") + rest);
  EXPECT_EQ(again.out, ran.out);
  EXPECT_EQ(kept(), after);
}

TEST_F(Ablate, SaysThatWhatWasTrainedIsKept) {
  const auto slow = command("'attention swiglu'", "MADSEARCH_STUB=milliseconds=60 madsearch stub-worker");
  const auto ran = run_madsearch(slow + " --battery tiny --seeds 50", 1, SIGINT);
  EXPECT_EQ(ran.code, 130);
  EXPECT_EQ(ran.err, "\nwhat was trained is kept in " + log() + "; the same command goes on\ninterrupted\n");
}

TEST_F(Ablate, RefusesWhatItCannotTake) {
  EXPECT_EQ(run_madsearch(command("tests/data/runs/quick 60fef120 --stages 8")).err,
            "--stages is for designs; a candidate of a run has as many as it has\n");
  EXPECT_EQ(run_madsearch(command("'attention{heads=3} swiglu'")).err,
            "design \"attention{heads=3} swiglu\": attention: heads=3 does not divide width 32\n");
}

}  // namespace
}  // namespace madsearch
