#include "engine/dispatch/pauses.h"

#include <algorithm>

namespace madsearch {

void Pauses::begins(Clock::time_point now) { began_ = now; }

double Pauses::ends(Clock::time_point until, Clock::time_point now) {
  const std::chrono::duration<double> away = began_ - ended_;
  const std::chrono::duration<double> overslept = now - std::max(began_, until);
  ended_ = now;
  const auto lost = std::max(0.0, away.count()) + std::max(0.0, overslept.count());
  return lost >= least_ ? lost : 0;
}

}  // namespace madsearch
