#pragma once
#include <string>

#include "engine/run/deadline.h"

namespace madsearch {

/// The time of a run: what its sessions have worked, this one since it was made, and when it is up. Only what passes
/// between ticks while there is a worker counts as work, and of that no more than a few seconds a tick: neither waiting
/// in a queue for the first worker nor a suspended program or machine makes a search shorter.
class RunClock {
 public:
  /// `hours` and `until` as for Deadline; `spent`: seconds of earlier sessions.
  RunClock(double hours, const std::string& until, double spent);

  /// The most that counts between two ticks, in seconds. Ticks come twice a second.
  static constexpr double kLongestTick = 5;
  void tick(bool working);  // `working`: some worker is there

  double worked() const { return now_.spent - before_; }  // seconds of this session
  double spent() const { return now_.spent; }             // seconds of all sessions
  bool limited() const { return deadline_.limited(); }
  double seconds_left() const { return deadline_.seconds_left(now_); }
  bool search_over() const { return deadline_.search_over(now_); }
  bool over() const { return deadline_.over(now_); }

 private:
  Deadline deadline_;
  double before_;     // seconds of earlier sessions
  double started_;    // of the clock that goes on while the machine sleeps
  double last_tick_;  // of the clock that doesn't
  Deadline::Now now_;
};

}  // namespace madsearch
