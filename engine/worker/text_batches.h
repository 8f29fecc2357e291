#pragma once
#include <cstdint>
#include <vector>

#include "configs/seed.h"
#include "engine/text/corpus.h"
#include "engine/worker/examples.h"

namespace madsearch {

/// Batches of the training text: windows of `length` + 1 tokens, in an order that the seed draws anew for each epoch.
/// Every target is scored.
class TextBatches {
 public:
  /// `corpus` must outlive this and hold a window at least.
  TextBatches(const Corpus& corpus, std::int64_t length, std::int64_t batch, Seed seed, const at::Device& device);
  Batch batch(std::int64_t step);  // of step 0, 1, ...: inputs [batch, length]

 private:
  std::int64_t window(std::int64_t drawn);  // which window is the drawn-th of all epochs

  const Corpus& corpus_;
  std::int64_t length_, batch_;
  Seed seed_;
  at::Device device_;
  std::int64_t epoch_ = -1;          // whose order is in order_
  std::vector<std::int64_t> order_;  // of the windows
};

}  // namespace madsearch
