#pragma once
#include <chrono>

namespace madsearch {

/// Notices when the whole program did nothing for a while: it was suspended (SIGSTOP, a debugger, a laptop's lid), or
/// its machine was too busy to let it run. Workers were suspended too perhaps, so what was due in that time has to wait
/// for as long again.
class Pauses {
 public:
  using Clock = std::chrono::steady_clock;

  /// `least`: seconds; shorter pauses are none.
  explicit Pauses(double least) : least_(least) {}

  /// Before and after each sleep. `until`: when it was to end. `ends` returns the seconds that were lost since the last
  /// sleep ended, 0 for none.
  void begins(Clock::time_point now);
  double ends(Clock::time_point until, Clock::time_point now);

 private:
  double least_;
  Clock::time_point began_ = Clock::now();
  Clock::time_point ended_ = Clock::now();
};

}  // namespace madsearch
