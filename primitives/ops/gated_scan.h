#pragma once
#include <ATen/core/Tensor.h>

namespace madsearch {

enum class Decay { kValue, kLogarithm };  // how a decay is given: as it is, or as its logarithm

/// h_t = a_t h_{t-1} + b_t of every channel by itself (kernels/gated_scan.h), with gradients. a, b [..., T, C] -> h
/// [..., T, C]; the state before the first token, `before` [..., C], is zeros if undefined, and that after the last is
/// h_{T-1}. Time and memory linear in T.
at::Tensor gated_scan(const at::Tensor& a, const at::Tensor& b, const at::Tensor& before = {},
                      Decay decay = Decay::kValue);

}  // namespace madsearch
