#include "engine/run/deadline.h"

#include <gtest/gtest.h>

#include <ctime>

namespace madsearch {
namespace {

using Clock = Deadline::Clock;

Clock::time_point at(int hour, int minute) {
  std::tm local{};
  local.tm_year = 126;
  local.tm_mon = 5;
  local.tm_mday = 10;
  local.tm_hour = hour;
  local.tm_min = minute;
  local.tm_isdst = -1;
  return Clock::from_time_t(std::mktime(&local));
}

TEST(Deadline, WithoutLimitsIsNeverOver) {
  const Deadline deadline(0, "", 0, at(22, 0));
  EXPECT_FALSE(deadline.limited());
  EXPECT_FALSE(deadline.over(at(23, 0)));
  EXPECT_FALSE(deadline.search_over(at(23, 0)));
}

TEST(Deadline, CountsTheHoursOfEarlierSessions) {
  const Deadline deadline(2, "", 3600, at(12, 0));
  EXPECT_FALSE(deadline.over(at(12, 59)));
  EXPECT_TRUE(deadline.over(at(13, 0)));
}

TEST(Deadline, EndsAtTheNextTimeOfDay) {
  const Deadline tomorrow(0, "07:00", 0, at(22, 0));
  EXPECT_NEAR(tomorrow.seconds_left(at(22, 0)), 9 * 3600, 1);
  const Deadline today(0, "23:30", 0, at(22, 0));
  EXPECT_NEAR(today.seconds_left(at(22, 0)), 1.5 * 3600, 1);
}

TEST(Deadline, TheSearchLeavesAFifthForConfirmation) {
  const Deadline deadline(10, "", 0, at(0, 0));
  EXPECT_FALSE(deadline.search_over(at(7, 59)));
  EXPECT_TRUE(deadline.search_over(at(8, 0)));
  EXPECT_FALSE(deadline.over(at(8, 0)));
}

}  // namespace
}  // namespace madsearch
