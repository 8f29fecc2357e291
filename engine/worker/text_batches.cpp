#include "engine/worker/text_batches.h"

#include <algorithm>
#include <numeric>

namespace madsearch {

TextBatches::TextBatches(const Corpus& corpus, std::int64_t length, std::int64_t batch, Seed seed,
                         const at::Device& device)
    : corpus_(corpus), length_(length), batch_(batch), seed_(seed), device_(device) {}

std::int64_t TextBatches::window(std::int64_t drawn) {
  const auto n = windows(corpus_, length_);
  if (drawn / n != epoch_) {
    epoch_ = drawn / n;
    order_ = epoch_order(n, seed_, epoch_);
  }
  return order_[static_cast<std::size_t>(drawn % n)];
}

Batch TextBatches::batch(std::int64_t step) {
  const auto T = length_, B = batch_;
  HostBatch out(B, T, B * T, device_);
  std::iota(out.scored(), out.scored() + B * T, 0);
  for (std::int64_t b = 0; b < B; ++b) {
    const auto* x = corpus_.train.data() + window(step * B + b) * T;
    std::copy(x, x + T, out.inputs() + b * T);
    std::copy(x + 1, x + T + 1, out.targets() + b * T);
  }
  return out.send();
}

}  // namespace madsearch
