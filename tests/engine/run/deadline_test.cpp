#include "engine/run/deadline.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <ctime>

namespace madsearch {
namespace {

using Wall = Deadline::Wall;

/// A time of October 2026 in Berlin, whose clocks go back an hour at 03:00 on the 25th.
class DeadlineTest : public testing::Test {
 protected:
  DeadlineTest() {
    setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    tzset();
  }
  ~DeadlineTest() override {
    unsetenv("TZ");
    tzset();
  }

  static Wall::time_point at(int day, int hour, int minute = 0) {
    std::tm local{};
    local.tm_year = 126;
    local.tm_mon = 9;
    local.tm_mday = day;
    local.tm_hour = hour;
    local.tm_min = minute;
    local.tm_isdst = -1;
    return Wall::from_time_t(std::mktime(&local));
  }
};

TEST_F(DeadlineTest, WithoutLimitsIsNeverOver) {
  const Deadline deadline(0, "");
  EXPECT_FALSE(deadline.limited());
  EXPECT_FALSE(deadline.over({1e9, 1e9, at(10, 23)}));
  EXPECT_FALSE(deadline.search_over({1e9, 1e9, at(10, 23)}));
}

TEST_F(DeadlineTest, HoursAreOfWorkWhateverTheDateSays) {
  const Deadline deadline(2, "");
  EXPECT_FALSE(deadline.over({7199, 3599, at(10, 12)}));
  EXPECT_TRUE(deadline.over({7200, 3600, at(1, 12)}));
}

TEST_F(DeadlineTest, EndsAtTheNextTimeOfDay) {
  EXPECT_EQ(Deadline(0, "07:00").seconds_left({0, 0, at(10, 22)}), 9 * 3600);
  EXPECT_EQ(Deadline(0, "23:30").seconds_left({0, 0, at(10, 22)}), 1.5 * 3600);
  EXPECT_TRUE(Deadline(0, "07:00").over({0, 9 * 3600, at(11, 7)}));
}

TEST_F(DeadlineTest, ATimeOfDayIsTheOneThatClocksShowAfterTheChange) {
  const Deadline deadline(0, "07:00");
  EXPECT_EQ(deadline.seconds_left({0, 0, at(24, 22)}), 10 * 3600);
  EXPECT_EQ(deadline.seconds_left({0, 9 * 3600, at(25, 6)}), 3600);
  EXPECT_TRUE(deadline.over({0, 10 * 3600, at(25, 7)}));
}

TEST_F(DeadlineTest, AClockThatIsSetMeanwhileIsTakenAsItIsNow) {
  const Deadline deadline(0, "07:00");  // of a session that began at 22:00 by a clock that was wrong
  EXPECT_EQ(deadline.seconds_left({0, 3600, at(10, 20)}), 11 * 3600);
  EXPECT_EQ(deadline.seconds_left({0, 3600, at(20, 3)}), 4 * 3600);
  EXPECT_TRUE(deadline.over({0, 3600, at(20, 7, 30)}));
}

TEST_F(DeadlineTest, TheSearchLeavesAFifthForConfirmation) {
  const Deadline deadline(10, "");
  EXPECT_FALSE(deadline.search_over({8 * 3600 - 1, 0, at(10, 0)}));
  EXPECT_TRUE(deadline.search_over({8 * 3600, 0, at(10, 0)}));
  EXPECT_FALSE(deadline.over({8 * 3600, 0, at(10, 0)}));
  const Deadline morning(0, "10:00");
  EXPECT_FALSE(morning.search_over({8 * 3600 - 1, 8 * 3600 - 1, at(10, 7, 59)}));
  EXPECT_TRUE(morning.search_over({8 * 3600, 8 * 3600, at(10, 8)}));
}

}  // namespace
}  // namespace madsearch
