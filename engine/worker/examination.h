#pragma once
#include <ATen/core/Tensor.h>

#include <map>
#include <string>

#include "engine/dispatch/messages.h"
#include "engine/worker/runtime.h"

namespace madsearch {

/// What a block made of an input.
struct Computed {
  at::Tensor output;                            // [R, B, T, D]
  std::map<std::string, at::Tensor> gradients;  // "input" and parameters by name; undefined where nothing flows back
};

/// How far `found` is from `expected`: the largest |difference| relative to the largest |entry|, of the output and of
/// the gradient that is worst by this measure. If a gradient's entries are all below `floor` times the block's largest
/// one, the difference is relative to that: its terms cancel, and what is left is rounding. Infinite
/// where a number is not finite, or where only one of the two has a gradient.
struct Difference {
  double output = 0;
  double gradient = 0;
  std::string worst;  // the gradient's name
};
Difference difference(const Computed& found, const Computed& expected, double floor = 1e-3);

/// What has other bits in `again`: "output", or a gradient's name; "" if nothing has. What is no number equals itself.
std::string unequal(const Computed& one, const Computed& again);

/// Compares a block on the device, float32 and on a GPU also under autocast, with the same block on the CPU in
/// float64. The block has the primitive's defaults, its parameters moved off their zeros and ones. With a recorder,
/// which may differ from the runtime's, the comparison is made once more with a recording. The device computes the
/// block twice as it trains, to see whether it gives the same bits. Throws std::invalid_argument for an unknown
/// primitive or a shape that it doesn't fit.
ExamineReply examine(const ExamineRequest& request, const Runtime& runtime, const Recorder& recorder = {});

}  // namespace madsearch
