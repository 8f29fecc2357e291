#include "results/front_report.h"

#include <cmath>

#include "tests/results/stored_run.h"

namespace madsearch {
namespace {

class FrontReportTest : public StoredRun {
 protected:
  std::vector<std::string> front() {
    std::vector<std::string> out;
    for (const auto& row : read_front(store_).front) out.push_back(row.candidate.hash);
    return out;
  }
};

TEST_F(FrontReportTest, IsOfSearchScoresUntilSomethingIsConfirmed) {
  add("small", "random", 1000, 0.5);
  add("large", "seed:a", 9000, 0.8);
  add("worse", "random", 9500, 0.7);
  EXPECT_EQ(front(), (std::vector<std::string>{"small", "large"}));
  EXPECT_FALSE(read_front(store_).confirmed);
  EXPECT_FALSE(read_front(store_).front[0].score.low);
}

TEST_F(FrontReportTest, WaitsForTheSecondSeedOfEveryMember) {
  add("found", "random", 1000, 0.9, {0.85});  // its second seed was not in when the time was over
  add("hand", "seed:a", 2000, 0.7, {0.7, 0.72});
  add("no member", "random", 3000, 0.6, {0.6});
  const auto report = read_front(store_);
  EXPECT_EQ(report.waiting, 1);
  EXPECT_FALSE(report.confirmed);
  EXPECT_EQ(front(), (std::vector<std::string>{"found"}));
}

TEST_F(FrontReportTest, DoesNotWaitForWhatFailed) {
  add("found", "random", 1000, 0.9, {0.85});
  add(EvaluationRecord{
      .hash = "found", .rung = Rung::kConfirm, .seed_set = 2, .finished = true, .outcome = Outcome::kDiverged});
  add("hand", "seed:a", 2000, 0.7, {0.7, 0.72});
  EXPECT_TRUE(read_front(store_).confirmed);
  EXPECT_EQ(front(), (std::vector<std::string>{"hand"}));
  add(EvaluationRecord{.hash = "found", .rung = Rung::kConfirm, .seed_set = 3});
  EXPECT_TRUE(read_front(store_).confirmed) << "another one under way doesn't make up for it";
}

TEST_F(FrontReportTest, CallsFeasibleWhatIsSoInTheMeanOfItsSeeds) {
  add("lucky once", "random", 1000, 0.9, {}, 0);
  add(EvaluationRecord{
      .hash = "lucky once", .rung = Rung::kBattery, .seed_set = 1, .finished = true, .score = 0.1, .violation = 0.03});
  add("plain", "random", 2000, 0.7);
  EXPECT_EQ(front(), (std::vector<std::string>{"plain"}));
}

TEST_F(FrontReportTest, IsOfFreshSeedsOnceConfirmed) {
  add("lucky", "random", 1000, 0.9, {0.4, 0.42});  // chosen for a score that fresh seeds do not repeat
  add("steady", "seed:a", 1000, 0.6, {0.6, 0.62});
  add("unconfirmed", "random", 900, 0.95);
  const auto report = read_front(store_);
  EXPECT_EQ(front(), std::vector<std::string>{"steady"});
  EXPECT_TRUE(report.confirmed);
  EXPECT_DOUBLE_EQ(report.front[0].score.mean, 0.61);  // the search's 0.6 is not pooled
  EXPECT_EQ(report.front[0].rung, Rung::kConfirm);
  EXPECT_EQ(report.evaluated, 3);
}

TEST_F(FrontReportTest, LeavesOutInfeasibleDesigns) {
  add("chance", "random", 100, 0.01, {}, 0.09);
  add("fine", "random", 1000, 0.5);
  EXPECT_EQ(front(), std::vector<std::string>{"fine"});
}

TEST_F(FrontReportTest, HypervolumeIsAShareOfTheBox) {
  add("only", "random", 9999, 0.5);  // log10(1 + state) = 4: half of 2..6
  EXPECT_NEAR(read_front(store_).hypervolume, 0.25, 1e-9);
}

TEST_F(FrontReportTest, IsSurelyBetterOnlyWithIntervalsApartFromEveryHandDesignOfEqualOrSmallerState) {
  add("hand", "seed:a", 5000, 0.5, {0.5, 0.51, 0.5});
  add("rich hand", "seed:b", 50'000, 0.99, {0.99, 0.99, 0.99});
  add("better", "random", 5000, 0.7, {0.7, 0.71, 0.7});
  add("vague", "random", 6000, 0.8, {0.4, 0.8, 0.99});
  add("smaller than any", "random", 900, 0.6, {0.6, 0.6, 0.61});
  EXPECT_EQ(read_front(store_).better, std::vector<std::string>{"better"});
}

TEST_F(FrontReportTest, HandDesignsAreNeverCalledBetter) {
  add("low", "seed:a", 5000, 0.5, {0.1, 0.1, 0.11});
  add("high", "seed:b", 5000, 0.5, {0.9, 0.9, 0.91});
  EXPECT_TRUE(read_front(store_).better.empty());
}

TEST_F(FrontReportTest, MarksMembersThatADesignOfNoMoreStateMayBeat) {
  add("small", "seed:a", 1000, 0.5, {0.60, 0.66, 0.63});
  add("hardly better", "random", 1100, 0.5, {0.62, 0.65, 0.635});
  add("clearly better", "random", 1200, 0.5, {0.80, 0.85, 0.83});
  add("beaten", "random", 1300, 0.5, {0.78, 0.84, 0.82});
  const auto report = read_front(store_);
  ASSERT_EQ(front(), (std::vector<std::string>{"small", "hardly better", "clearly better"}));
  EXPECT_FALSE(report.front[0].rival);  // nothing is smaller
  EXPECT_EQ(report.front[1].rival, "small");
  EXPECT_FALSE(report.front[2].rival);  // what may be as good is larger
}

TEST_F(FrontReportTest, TellsMembersApartByWhatTheyScoredOnTheSameSeeds) {
  add("low", "random", 1000, 0.5, {0.30, 0.60, 0.45});  // the intervals overlap, the differences are all 0.05
  add("high", "random", 2000, 0.5, {0.35, 0.65, 0.501});
  EXPECT_FALSE(read_front(store_).front[1].rival);
}

TEST_F(FrontReportTest, MarksNothingBeforeFreshSeeds) {
  add("small", "random", 1000, 0.5);
  add("large", "random", 2000, 0.501);
  for (const auto& row : read_front(store_).front) EXPECT_FALSE(row.rival);
}

TEST_F(FrontReportTest, AMemberThatWasPretrainedAndLeftTheFrontIsAFormerOne) {
  add("small", "random", 1000, 0.5);
  pretrained("small", "front", 1.2);
  pretrained("hand", "control", 1.3);
  const auto roles = [&] {
    std::vector<std::string> out;
    for (const auto& record : read_front(store_).pretrainings) out.push_back(record.role);
    return out;
  };
  EXPECT_EQ(roles(), (std::vector<std::string>{"control", "front"}));
  add("better", "random", 900, 0.6);
  EXPECT_EQ(roles(), (std::vector<std::string>{"control", "former front"}));
}

TEST_F(FrontReportTest, SaysWhichDifferencesItsFreshSeedsResolve) {
  add("small", "seed:a", 1000, 0.5, {0.60, 0.66, 0.63});
  EXPECT_FALSE(read_front(store_).resolution);  // there is nothing to compare it with
  add("better", "random", 1200, 0.5, {0.62, 0.66, 0.64});
  add("unconfirmed", "random", 1300, 0.4, {0.5});
  const auto resolution = read_front(store_).resolution;
  ASSERT_TRUE(resolution);
  EXPECT_EQ(resolution->pairs, 1);
  EXPECT_NEAR(resolution->deviation, 0.01 / std::sqrt(2), 1e-9);  // differences of 0.02, 0, 0.01
  EXPECT_NEAR(resolution->difference, 4.3027 * 0.01 / std::sqrt(3), 1e-5);
}

}  // namespace
}  // namespace madsearch
