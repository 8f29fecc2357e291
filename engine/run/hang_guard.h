#pragma once
#include <algorithm>

namespace madsearch {

/// When a training counts as hung: after 20 times as long as the slowest training so far would have taken for the same
/// FLOPs, but never before ten minutes. It is a guard and no budget, as what it ends depends on the machine.
class HangGuard {
 public:
  void saw(double flops, double seconds) {
    if (flops > 0) slowest_ = std::max(slowest_, seconds / flops);
  }
  double limit(double flops) const {  // seconds; 0, no limit, as long as nothing is known
    return slowest_ > 0 ? std::max(kLeast, kTimes * slowest_ * flops) : 0;
  }

 private:
  static constexpr double kTimes = 20;
  static constexpr double kLeast = 600;
  double slowest_ = 0;  // seconds a FLOP
};

}  // namespace madsearch
