#include "search/loop/options.h"

#include <algorithm>

namespace madsearch {

std::int64_t SearchOptions::resolved_population() const {
  return population > 0 ? population : std::clamp<std::int64_t>(evaluations / 15, 8, 40);
}

}  // namespace madsearch
