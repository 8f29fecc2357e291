#pragma once
#include <algorithm>

#include "primitives/shared_knobs.h"

namespace madsearch {

/// Parameters of the implicit filter (hyena_filter.h): the MLP with its frequencies, and under mad-lab the trained
/// features.
inline Count hyena_filter_parameters(Count channels, Count order, CountedShape s) {
  return 5 * order + 2 * (order * order + order) + order * channels +
         (s.protocol == Protocol::kMadLab ? 3 * s.length : 0);
}

/// Multiply-adds x 2 of convolving `channels` channels of `length` tokens, by FFT or directly, the cheaper of both. The
/// filter itself is made once a batch; a sequence's share of that is not counted.
inline Count convolution_flops(Count channels, Count length) {
  std::int64_t log2 = 1;
  while ((std::int64_t{1} << log2) < 2 * length) ++log2;
  const auto fft = 3 * 5 * 2 * length * log2 / 2;  // two real transforms and one back, 2.5 n log2 n each, n = 2 length
  const auto direct = length * (length + 1);       // the causal half of the Toeplitz product
  return channels * std::min(fft, direct);
}

/// The knobs that Hyenas share.
inline Knob filter_order_knob(int first) {
  return {"filter_order", {first, first * 2, first * 4}, "width of the network that makes the filters", 1, 256};
}
inline Knob projection_groups_knob() {
  return {"proj_groups", {1, 4}, "the input projection makes 1/groups of the channels, which are repeated", 1, 64};
}
inline Knob short_filter_knob() {
  auto out = conv_knob(3);
  out.least = 1;
  return out;
}

}  // namespace madsearch
