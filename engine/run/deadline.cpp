#include "engine/run/deadline.h"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <utility>

namespace madsearch {
namespace {

/// The first time after `start` at which the clocks of this place show `until`. Where they jump over it in spring it is
/// what follows, where they show it twice in autumn the first.
Deadline::Wall::time_point next_time_of_day(const std::string& until, Deadline::Wall::time_point start) {
  int hour = 0;
  int minute = 0;
  std::sscanf(until.c_str(), "%d:%d", &hour, &minute);  // checked when the configuration was read
  const auto seconds = Deadline::Wall::to_time_t(start);
  std::tm local{};
  localtime_r(&seconds, &local);
  const auto end_on = [&](int days_later) {
    auto end = local;
    end.tm_mday += days_later;
    end.tm_hour = hour;
    end.tm_min = minute;
    end.tm_sec = 0;
    end.tm_isdst = -1;  // mktime is to find out
    return Deadline::Wall::from_time_t(std::mktime(&end));
  };
  const auto today = end_on(0);
  return today > start ? today : end_on(1);
}

}  // namespace

Deadline::Deadline(double hours, std::string until) : hours_(hours), until_(std::move(until)) {}

double Deadline::seconds_left(const Now& now) const {
  double out = 1e18;
  if (hours_ > 0) out = hours_ * 3600 - now.spent;
  if (!until_.empty()) {
    const auto session = std::chrono::duration_cast<Wall::duration>(std::chrono::duration<double>(now.session));
    const auto end = next_time_of_day(until_, now.wall - session);
    out = std::min(out, std::chrono::duration<double>(end - now.wall).count());
  }
  return out;
}

bool Deadline::search_over(const Now& now) const {
  return limited() && now.spent >= kSearchShare * (now.spent + std::max(0.0, seconds_left(now)));
}

}  // namespace madsearch
