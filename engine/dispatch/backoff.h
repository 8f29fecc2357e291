#pragma once
#include <algorithm>
#include <cmath>

namespace madsearch {

/// Seconds to wait after `setbacks` in a row: `first` after one, twice as long after each more, `longest` at most. None
/// after none.
inline double backoff(double first, double longest, int setbacks) {
  if (setbacks <= 0) return 0;
  return std::min(longest, first * std::exp2(std::min(setbacks - 1, 60)));
}

}  // namespace madsearch
