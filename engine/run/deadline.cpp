#include "engine/run/deadline.h"

#include <algorithm>
#include <cstdio>
#include <ctime>

namespace madsearch {
namespace {

Deadline::Clock::time_point next_time_of_day(const std::string& until, Deadline::Clock::time_point now) {
  int hour = 0;
  int minute = 0;
  std::sscanf(until.c_str(), "%d:%d", &hour, &minute);  // checked when the configuration was read
  const auto seconds = Deadline::Clock::to_time_t(now);
  std::tm local{};
  localtime_r(&seconds, &local);
  const auto end_on = [&](int days_later) {
    auto end = local;
    end.tm_mday += days_later;
    end.tm_hour = hour;
    end.tm_min = minute;
    end.tm_sec = 0;
    end.tm_isdst = -1;  // mktime is to find out
    return Deadline::Clock::from_time_t(std::mktime(&end));
  };
  const auto today = end_on(0);
  return today > now ? today : end_on(1);
}

}  // namespace

Deadline::Deadline(double hours, const std::string& until, double spent, Clock::time_point now)
    : end_(Clock::time_point::max()), search_end_(end_) {
  const auto add = [](Clock::time_point from, double seconds) {
    return from + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  };
  if (hours > 0) {
    end_ = add(now, hours * 3600 - spent);
    search_end_ = add(now, hours * 3600 * kSearchShare - spent);
    limited_ = true;
  }
  if (!until.empty()) {
    const auto end = next_time_of_day(until, now);
    const auto left = std::chrono::duration<double>(end - now).count();
    end_ = std::min(end_, end);
    search_end_ = std::min(search_end_, add(now, (spent + left) * kSearchShare - spent));
    limited_ = true;
  }
}

double Deadline::seconds_left(Clock::time_point now) const {
  return limited_ ? std::chrono::duration<double>(end_ - now).count() : 1e18;
}

bool Deadline::search_over(Clock::time_point now) const { return limited_ && now >= search_end_; }

}  // namespace madsearch
