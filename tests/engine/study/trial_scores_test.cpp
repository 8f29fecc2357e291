#include "engine/study/trial_scores.h"

#include <gtest/gtest.h>

#include <cmath>

#include "configs/folder.h"
#include "search/architecture/parser.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

/// Two designs on the battery tiny; trainings are added as they would be answered.
class TrialScoresTest : public testing::Test {
 protected:
  StudyDesign design(const std::string& text) { return {.name = text, .genome = canonical(parse(text))}; }

  /// All trainings of a design on a seed set are `accuracy` right.
  void add(const StudyDesign& of, std::int64_t seed_set, double accuracy, Outcome outcome = Outcome::kOk) {
    for (const auto& task : study_requests(battery_, of, seed_set))
      for (const auto& request : task) {
        TrainReply reply;
        reply.record.id = request.id;
        reply.record.task = request.setting.setting.task;
        reply.record.outcome = outcome;
        if (outcome == Outcome::kOk) reply.record.validation_b = accuracy;
        log_.add("tiny", request, reply);
      }
  }

  TrialScores scores(std::int64_t first, std::int64_t seeds) { return {battery_, designs_, first, seeds, log_}; }

  TemporaryFolder folder_;
  Battery battery_ = load_battery("tiny", configs_folder());
  StudyLog log_{folder_.path};
  std::vector<StudyDesign> designs_ = {design("attention swiglu"), design("gla swiglu")};
};

TEST_F(TrialScoresTest, CompareOnCommonSeedSetsAlone) {
  add(designs_[0], 0, 1);
  add(designs_[0], 1, 1);
  add(designs_[0], 2, 0);  // a set that the other lacks
  add(designs_[1], 0, 0);
  add(designs_[1], 1, 0);
  const auto paired = scores(0, 3);
  EXPECT_EQ(paired.seeds(0), 3);
  EXPECT_EQ(paired.common(0, 1), 2);
  const auto score = paired.scores(0);
  EXPECT_GT(score[0], 0.9);
  EXPECT_EQ(paired.difference(0, 1).mean, score[0] - paired.scores(1)[0]);
  EXPECT_EQ(paired.difference(0, 1).mean, -paired.difference(1, 0).mean);
  EXPECT_GT(paired.difference(0, 1, 0).mean, 0.9);
  EXPECT_EQ(paired.problem(0), "");
  EXPECT_EQ(paired.problem(1), "not trained on " + battery_.tasks.front().task);
}

TEST_F(TrialScoresTest, OfOneSetHaveNoInterval) {
  add(designs_[0], 4, 1);
  add(designs_[1], 4, 0);
  EXPECT_TRUE(std::isinf(scores(4, 1).difference(0, 1).margin));
}

TEST_F(TrialScoresTest, SayWhatFailed) {
  add(designs_[0], 0, 1);
  add(designs_[1], 0, 0, Outcome::kDiverged);
  const auto paired = scores(0, 1);
  EXPECT_EQ(paired.seeds(1), 0);
  EXPECT_TRUE(paired.scores(1, 2).empty());
  EXPECT_TRUE(std::isinf(paired.difference(0, 1).margin));
  EXPECT_EQ(paired.problem(1), "diverged on " + battery_.tasks.front().task);
}

TEST_F(TrialScoresTest, OfNothingSayNothing) {
  const auto paired = scores(0, 2);
  EXPECT_EQ(paired.seeds(0), 0);
  EXPECT_TRUE(std::isinf(paired.difference(0, 1).margin));
}

}  // namespace
}  // namespace madsearch
