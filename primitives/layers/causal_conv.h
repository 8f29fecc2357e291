#pragma once
#include "primitives/mixer.h"

namespace madsearch {

/// Depthwise causal convolution over time with a few weights a channel, as many as `taps`. weight [R, channels, taps],
/// whose last tap is the current token; bias [R, channels]; both U(±1/√taps) at first.
class CausalConv : public Module {
 public:
  CausalConv(const Build& build, std::int64_t channels, std::int64_t taps, bool with_bias = true);
  at::Tensor operator()(const at::Tensor& x) const;  // [R, B, T, C] -> the same
  /// One token x [R, B, C] -> the same; `cache` [R, B, taps-1, C] holds the inputs before it (undefined at the start)
  /// and is advanced.
  at::Tensor step(const at::Tensor& x, at::Tensor& cache) const;
  at::Tensor weight, bias;  // bias undefined without one
};

}  // namespace madsearch
