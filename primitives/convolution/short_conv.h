#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// A short depthwise convolution with an activation, gated by a second projection. Causal.
///
///   u, g = x W + b                                     x [R, B, T, D]; I = expand D channels each
///   out = (silu(conv_k(u)) * g) Wo + bo                conv_k: k taps a channel, no bias; out [R, B, T, D]
///
/// Knobs       expand, a ratio to the width; conv (k)
/// Parameters  (D + 1) 2I + I k + (I + 1) D
/// FLOPs       T (4 D I + 2 I k + I + 2 I D)
/// State       (k - 1) I             the inputs that the convolution still sees; convention mad: 0
/// Protocol    the same in both
/// Source      Arora et al. 2024, arXiv:2402.18668: the gated convolution (BaseConv) of its published code, after Arora
///             et al. 2023, arXiv:2312.04927, where it has neither activation nor output projection
Primitive short_conv();

}  // namespace madsearch
