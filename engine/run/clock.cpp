#include "engine/run/clock.h"

#include <algorithm>
#include <ctime>

namespace madsearch {
namespace {

double seconds_of(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

}  // namespace

RunClock::RunClock(double hours, const std::string& until, double spent)
    : deadline_(hours, until),
      before_(std::max(0.0, spent)),
      started_(seconds_of(CLOCK_BOOTTIME)),
      last_tick_(seconds_of(CLOCK_MONOTONIC)),
      now_{.spent = before_, .wall = Deadline::Wall::now()} {}

void RunClock::tick(bool working) {
  const auto time = seconds_of(CLOCK_MONOTONIC);
  if (working) now_.spent += std::min(kLongestTick, time - last_tick_);
  last_tick_ = time;
  now_.session = seconds_of(CLOCK_BOOTTIME) - started_;
  now_.wall = Deadline::Wall::now();
}

}  // namespace madsearch
