#pragma once
#include <chrono>
#include <string>

namespace madsearch {

/// When a run's time is up: after `hours` of work (earlier sessions' `spent` seconds included) or at the next `until`
/// ("07:00", local time), whichever comes first.
class Deadline {
 public:
  using Clock = std::chrono::system_clock;
  /// `hours` 0 and `until` "" are no limits. `until` must be a time of day.
  Deadline(double hours, const std::string& until, double spent, Clock::time_point now);
  bool limited() const { return limited_; }
  double seconds_left(Clock::time_point now) const;  // may be negative; 1e18 if not limited
  /// The share of the time after which the search hands over to confirming.
  static constexpr double kSearchShare = 0.8;
  bool search_over(Clock::time_point now) const;
  bool over(Clock::time_point now) const { return limited_ && seconds_left(now) <= 0; }

 private:
  bool limited_ = false;
  Clock::time_point end_, search_end_;
};

}  // namespace madsearch
