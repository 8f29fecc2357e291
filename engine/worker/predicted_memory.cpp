#include "engine/worker/predicted_memory.h"

#include <algorithm>

#include "engine/worker/memory_watch.h"

namespace madsearch {

double predict_memory(const Foreseen& foreseen) {
  const auto all = foreseen.sequences;
  double kept = 0;  // of the batch before: blocks keep some tensors until the next one
  const auto peak_of = [&](std::int64_t n) {
    const auto some = foreseen.batch(n);
    const MemoryWatch watch(foreseen.device);
    foreseen.work(some);
    const auto out = kept + static_cast<double>(watch.peak());
    kept += static_cast<double>(watch.held());
    return out;
  };
  std::int64_t n = 1;
  auto peak = peak_of(n);
  auto out = peak;
  while (n < all) {
    const auto more = std::min(2 * n, all);
    const auto larger = peak_of(more);
    const auto slope = (larger - peak) / static_cast<double>(more - n);
    n = more;
    peak = larger;
    out = peak + slope * static_cast<double>(all - n);
    const auto most = peak * static_cast<double>(all) / static_cast<double>(n);
    if (2 * n >= all || foreseen.settled(out, most) || peak + slope * static_cast<double>(n) > foreseen.limit) break;
  }
  return out;
}

}  // namespace madsearch
