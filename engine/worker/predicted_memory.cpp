#include "engine/worker/predicted_memory.h"

#include <algorithm>

#include "engine/worker/memory_watch.h"

namespace madsearch {

double predict_memory(const std::function<void(const Batch&)>& work, const std::function<Batch(std::int64_t)>& batch,
                      std::int64_t sequences, const at::Device& device, const std::function<bool(double)>& settled,
                      double most) {
  double kept = 0;  // of the batch before: blocks keep some tensors until the next one
  const auto peak_of = [&](std::int64_t n) {
    const auto some = batch(n);
    const MemoryWatch watch(device);
    work(some);
    const auto out = kept + static_cast<double>(watch.peak());
    kept += static_cast<double>(watch.held());
    return out;
  };
  auto n = std::min<std::int64_t>(2, sequences);
  auto peak = peak_of(n);
  auto out = peak;
  while (n < sequences) {
    const auto more = std::min(2 * n, sequences);
    const auto larger = peak_of(more);
    const auto slope = (larger - peak) / static_cast<double>(more - n);
    out = larger + slope * static_cast<double>(sequences - more);
    n = more;
    peak = larger;
    if (2 * n >= sequences || settled(out) || peak + slope * static_cast<double>(n) > most) break;
  }
  return out;
}

}  // namespace madsearch
