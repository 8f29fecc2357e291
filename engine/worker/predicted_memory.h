#pragma once
#include <cstdint>
#include <functional>
#include <limits>

#include "engine/worker/examples.h"

namespace madsearch {

/// Bytes that `work` on a batch of so many sequences will take of its device's memory above what is held before: of a
/// training step gradients, what forward keeps for backward, logits.
///
/// It is predicted from smaller batches, which `batch(n)` gives: of 2, 4, 8 ... sequences, up to a half of them, the
/// last two on a line. No operation mixes sequences, so the memory at each moment grows by equal parts with their
/// number, and the most of all moments never by less: smaller batches don't foretell too much. `settled` tells of what
/// they foretell that it need not be known better. What is foretold to take more than `most` bytes is not tried.
double predict_memory(
    const std::function<void(const Batch&)>& work, const std::function<Batch(std::int64_t)>& batch,
    std::int64_t sequences, const at::Device& device,
    const std::function<bool(double)>& settled = [](double) { return false; },
    double most = std::numeric_limits<double>::infinity());

}  // namespace madsearch
