#include "engine/run/deadline.h"

#include <gtest/gtest.h>

#include <ctime>
#include <sstream>

#include "engine/run/progress.h"

namespace madsearch {
namespace {

using Clock = Deadline::Clock;

Clock::time_point at(int hour, int minute) {
  std::tm local{};
  local.tm_year = 126, local.tm_mon = 5, local.tm_mday = 10, local.tm_hour = hour, local.tm_min = minute,
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

TEST(Progress, ShowsRungsFrontAndTimeLeft) {
  const Status status{.probes = 30,
                      .batteries = 12,
                      .confirms = 3,
                      .evaluations = 45,
                      .planned = 90,
                      .front = 5,
                      .failed = 1,
                      .hypervolume = 0.4213,
                      .per_hour = 120,
                      .seconds_left = 1350,
                      .phase = "confirm"};
  EXPECT_EQ(to_text(status),
            "confirm 45/90  probe 30  battery 12  confirm 3  failed 1  front 5  hypervolume 0.421  120/h  22 min left");
}

TEST(Progress, WritesPlainLinesWhereThereIsNoTerminal) {
  std::ostringstream out;
  {
    ProgressLine line(out, false, 0);
    line.show({.evaluations = 1, .planned = 2}, true);
    line.say("a worker ended");
  }
  EXPECT_EQ(out.str(), "search 1/2  battery 0  front 0  hypervolume 0.000\na worker ended\n");
}

TEST(Progress, RewritesItsLineOnATerminal) {
  std::ostringstream out;
  {
    ProgressLine line(out, true);
    line.show({.evaluations = 1, .planned = 2}, true);
  }
  EXPECT_EQ(out.str(), "\r\x1b[Ksearch 1/2  battery 0  front 0  hypervolume 0.000\n");
}

}  // namespace
}  // namespace madsearch
