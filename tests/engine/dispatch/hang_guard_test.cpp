#include "engine/dispatch/hang_guard.h"

#include <gtest/gtest.h>

namespace madsearch {
namespace {

TEST(HangGuard, HasAGenerousLimitBeforeATrainingIsDone) {
  EXPECT_DOUBLE_EQ(HangGuard{}.limit(1e12), 50'000);
  EXPECT_DOUBLE_EQ(HangGuard{}.limit(1e6), 600);
}

TEST(HangGuard, AllowsTwentyTimesTheSlowestForItsFlops) {
  HangGuard guard;
  EXPECT_TRUE(guard.saw(1e9, 50));
  EXPECT_FALSE(guard.saw(1e9, 10));  // faster ones change nothing
  EXPECT_FALSE(guard.saw(2e9, 80));
  EXPECT_FALSE(guard.saw(0, 80));  // nor do those whose FLOPs nobody knows
  EXPECT_DOUBLE_EQ(guard.limit(1e9), 1000);
  EXPECT_DOUBLE_EQ(guard.limit(3e9), 3000);
}

TEST(HangGuard, AllowsTenMinutesAtLeast) {
  HangGuard guard;
  guard.saw(1e9, 1);
  EXPECT_DOUBLE_EQ(guard.limit(1e9), 600);
}

}  // namespace
}  // namespace madsearch
