#include "engine/dispatch/pauses.h"

#include <gtest/gtest.h>

namespace madsearch {
namespace {

TEST(Pauses, AreWhatASleepTookLongerThanItShould) {
  Pauses pauses(1);
  const auto begin = Pauses::Clock::now();
  const auto at = [&](double seconds) {
    return begin + std::chrono::duration_cast<Pauses::Clock::duration>(std::chrono::duration<double>(seconds));
  };
  const auto sleep = [&](double from, double until, double to) {
    pauses.begins(at(from));
    return pauses.ends(at(until), at(to));
  };
  EXPECT_EQ(sleep(0, 5, 5.5), 0) << "half a second late is no pause";
  EXPECT_EQ(sleep(5.5, 10, 7), 0) << "a worker said something";
  EXPECT_NEAR(sleep(7, 8, 328), 320, 1e-3) << "stopped while asleep";
  EXPECT_NEAR(sleep(340, 341, 341), 12, 1e-3) << "stopped while awake";
  EXPECT_NEAR(sleep(341, 341, 344), 3, 1e-3) << "stopped where no sleep was meant";
  EXPECT_EQ(sleep(344, 340, 344), 0) << "overdue before";
}

}  // namespace
}  // namespace madsearch
