#include "engine/run/hang_guard.h"

#include <gtest/gtest.h>

namespace madsearch {
namespace {

TEST(HangGuard, KnowsNoLimitBeforeATrainingIsDone) { EXPECT_EQ(HangGuard{}.limit(1e12), 0); }

TEST(HangGuard, AllowsTwentyTimesTheSlowestForItsFlops) {
  HangGuard guard;
  guard.saw(1e9, 50);
  guard.saw(1e9, 10);  // faster ones change nothing
  guard.saw(2e9, 80);
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
