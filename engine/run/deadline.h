#pragma once
#include <chrono>
#include <string>

namespace madsearch {

/// When a run's time is up: after `hours` of work, or at the next `until` ("07:00", local time), whichever comes first.
class Deadline {
 public:
  using Wall = std::chrono::system_clock;

  /// What the clocks say.
  struct Now {
    double spent = 0;       // seconds of work, of all sessions
    double session = 0;     // seconds since this session began, the machine's sleep included
    Wall::time_point wall;  // the date, which people may set
  };

  /// `hours` 0 and `until` "" are no limits. `until` must be a time of day.
  Deadline(double hours, std::string until);
  bool limited() const { return hours_ > 0 || !until_.empty(); }
  /// Of work; may be negative; 1e18 if not limited. `until` is the first after the session began, by the clock as it is
  /// now: one that was set meanwhile counts as having been right all along.
  double seconds_left(const Now& now) const;
  /// The share of the time after which the search hands over to confirming.
  static constexpr double kSearchShare = 0.8;
  bool search_over(const Now& now) const;
  bool over(const Now& now) const { return seconds_left(now) <= 0; }

 private:
  double hours_;
  std::string until_;
};

}  // namespace madsearch
