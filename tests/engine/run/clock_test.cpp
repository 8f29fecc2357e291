#include "engine/run/clock.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace madsearch {
namespace {

void pass(double seconds) { std::this_thread::sleep_for(std::chrono::duration<double>(seconds)); }

TEST(RunClock, CountsWhatPassesWhileThereAreWorkers) {
  RunClock clock(1, "", 100);
  pass(0.02);
  clock.tick(false);
  EXPECT_EQ(clock.spent(), 100);
  pass(0.02);
  clock.tick(true);
  EXPECT_GE(clock.worked(), 0.02);
  EXPECT_LT(clock.worked(), 1);
  EXPECT_EQ(clock.spent(), 100 + clock.worked());
}

TEST(RunClock, NothingPassesBetweenTicks) {
  RunClock clock(1, "", 0);
  pass(0.02);
  EXPECT_EQ(clock.worked(), 0);
}

TEST(RunClock, ANegativeTimeOfAnEarlierReleaseCountsAsNone) {
  const RunClock clock(1, "", -3554);
  EXPECT_EQ(clock.spent(), 0);
  EXPECT_EQ(clock.seconds_left(), 3600);
}

TEST(RunClock, IsOverAfterItsHours) {
  RunClock clock(0.01 / 3600, "", 0);
  EXPECT_FALSE(clock.over());
  pass(0.02);
  clock.tick(true);
  EXPECT_TRUE(clock.search_over());
  EXPECT_TRUE(clock.over());
}

}  // namespace
}  // namespace madsearch
