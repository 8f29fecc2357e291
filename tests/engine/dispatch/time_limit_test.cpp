#include "engine/dispatch/time_limit.h"

#include <gtest/gtest.h>

namespace madsearch {
namespace {

TEST(TimeLimit, OfATrainingIsItsOwnOrFollowsFromItsFlops) {
  HangGuard guard;
  TrainRequest request;
  EXPECT_EQ(time_limit(request, 0, guard), 0);
  EXPECT_EQ(time_limit(request, 1e12, guard), 50'000);
  guard.saw(1e9, 50);
  EXPECT_EQ(time_limit(request, 2e9, guard), 2000);
  request.seconds_limit = 7;
  EXPECT_EQ(time_limit(request, 2e9, guard), 7);
}

TEST(TimeLimit, OfAPretrainingCountsItsTrials) {
  HangGuard guard;
  guard.saw(1e9, 50);
  const PretrainRequest request{.flops = 3e9, .learning_rates = {1e-3, 2e-3, 3e-3, 4e-3, 5e-3}};
  EXPECT_DOUBLE_EQ(time_limit(request, 0, guard), 1500);
}

TEST(TimeLimit, IsGivenToEveryOtherRequest) {
  EXPECT_EQ(time_limit(BenchRequest{.designs = {"gla", "mamba"}}, 0, {}), 1800);
  EXPECT_EQ(time_limit(ExamineRequest{}, 0, {}), 60);
}

}  // namespace
}  // namespace madsearch
