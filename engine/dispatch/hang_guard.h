#pragma once
#include <algorithm>

namespace madsearch {

/// When a training counts as hung: after 20 times as long as the slowest training so far would have taken for the same
/// FLOPs, but never before ten minutes. It is a guard and no budget, as what it ends depends on the machine.
class HangGuard {
 public:
  /// Forward FLOPs and seconds of a training that was done. True if limits are others from now on.
  bool saw(double flops, double seconds) {
    if (flops <= 0 || seconds / flops <= slowest_) return false;
    slowest_ = seconds / flops;
    return true;
  }
  /// Seconds. Before the first training is done a processor that is slower than any is assumed.
  double limit(double flops) const {
    return std::max(kLeast, kTimes * (slowest_ > 0 ? slowest_ : kSlowestOfAll) * flops);
  }

 private:
  static constexpr double kTimes = 20;
  static constexpr double kLeast = 600;
  static constexpr double kSlowestOfAll = 1 / 0.4e9;  // seconds a forward FLOP; a core of 2015 does some 1e9 a second
  double slowest_ = 0;
};

}  // namespace madsearch
