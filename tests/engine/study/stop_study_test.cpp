#include "engine/study/stop_study.h"

#include <gtest/gtest.h>

namespace madsearch {
namespace {

constexpr StopRule kRule{
    .late = 0.6, .risen = 0.1, .window = 0.25, .gain_accuracy = 0.002, .gain_loss = 0.005, .behind = 0.1};

/// A curve with a look every 10 steps.
Curve curve(double rate, const std::vector<double>& accuracies) {
  Curve out{{rate, 0}, {}};
  for (std::size_t i = 0; i < accuracies.size(); ++i)
    out.looks.push_back({static_cast<std::int64_t>(10 * (i + 1)), accuracies[i], 1 / (1 + accuracies[i])});
  return out;
}

TEST(StopStudy, ReplaysASiblingThatFallsBehind) {
  const Recorded training{{curve(1e-3, {0.3, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4}),
                           curve(3e-3, {0.5, 0.6, 0.7, 0.8, 0.9, 0.91, 0.92, 0.93, 0.94, 0.95})},
                          2,
                          100,
                          0.25};
  const auto again = replay(training, kRule);
  EXPECT_EQ(again.budget, 200);
  EXPECT_EQ(again.recorded_steps, 200);
  EXPECT_EQ(again.steps, 130) << "the first stops at its third look";
  EXPECT_EQ(again.accuracy, 0.95);
  EXPECT_FALSE(again.killed);
  EXPECT_EQ(again.oracle_steps, 10 + 90) << "0.94 is within 0.01 of 0.95";
}

TEST(StopStudy, CountsALateWinnerThatWasKilled) {
  // It stands still at 0.4 while its sibling is far ahead, and would have jumped.
  const Recorded training{{curve(1e-3, {0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 1, 1, 1}),
                           curve(3e-3, {0.5, 0.6, 0.7, 0.8, 0.81, 0.82, 0.83, 0.84, 0.85, 0.86})},
                          2,
                          100,
                          0.25};
  const auto again = replay(training, kRule);
  EXPECT_TRUE(again.killed);
  EXPECT_EQ(again.to_the_end, 1);
  EXPECT_EQ(again.accuracy, 0.86);
  EXPECT_FALSE(replay(training, {.late = 1, .risen = 1}).killed) << "a rule that judges nobody";
}

TEST(StopStudy, TakesTheRateBeyondTheEdgeOnlyWhereItsBestLiesThere) {
  auto training = Recorded{{curve(1e-3, {0.3, 0.3}), curve(3e-3, {0.4, 0.5}), curve(9e-3, {0.6, 0.7})}, 2, 20, 0.25};
  EXPECT_EQ(replay(training, {.late = 1, .risen = 1}).accuracy, 0.7);
  training.curves[0] = curve(1e-3, {0.6, 0.6});  // now the other edge would have been extended
  const auto again = replay(training, {.late = 1, .risen = 1});
  EXPECT_EQ(again.accuracy, 0.6);
  EXPECT_EQ(again.steps, 40);
}

}  // namespace
}  // namespace madsearch
