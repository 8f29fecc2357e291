#pragma once
#include <string>

#include "engine/run/deadline.h"

namespace madsearch {

/// The time of a run: what its sessions have taken, this one since it was made, and when it is up.
class RunClock {
 public:
  /// `hours` and `until` as for Deadline; `spent`: seconds of earlier sessions.
  RunClock(double hours, const std::string& until, double spent);

  double elapsed() const;                              // seconds of this session
  double spent() const { return spent_ + elapsed(); }  // seconds of all sessions
  bool limited() const { return deadline_.limited(); }
  double seconds_left() const { return deadline_.seconds_left(now()); }
  bool search_over() const { return deadline_.search_over(now()); }
  bool over() const { return deadline_.over(now()); }

 private:
  static Deadline::Clock::time_point now() { return Deadline::Clock::now(); }

  Deadline::Clock::time_point started_;
  double spent_;
  Deadline deadline_;
};

}  // namespace madsearch
