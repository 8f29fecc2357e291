#pragma once
#include <cstdint>
#include <functional>
#include <limits>

#include "engine/worker/examples.h"

namespace madsearch {

/// Work on a batch whose memory is to be predicted.
struct Foreseen {
  std::function<void(const Batch&)> work;
  std::function<Batch(std::int64_t)> batch;  // of so many sequences
  std::int64_t sequences = 0;                // of the batch that is meant
  at::Device device;
  /// Of the least and the most that smaller batches foretell: need it not be known better?
  std::function<bool(double, double)> settled = [](double, double) { return false; };
  double limit = std::numeric_limits<double>::infinity();  // bytes: what is foretold to take more is not tried
};

/// Bytes that the work will take of its device's memory above what is held before: of a training step gradients, what
/// forward keeps for backward, logits.
///
/// It is predicted from batches of 1, 2, 4 ... sequences, up to a half of those meant, the last two on a line. No
/// operation mixes sequences, so at each moment the memory is a straight line in their number, from 0 or above, and the
/// most of all moments is bent upwards: it is the line through two smaller batches or more, and in proportion to one of
/// them or less. That line is what is returned.
double predict_memory(const Foreseen& foreseen);

}  // namespace madsearch
