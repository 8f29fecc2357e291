#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// A short depthwise convolution between two gates that the input decides. Causal.
///
///   B, C, u = x W                                      x [R, B, T, D]; D channels each
///   out = (C * conv_k(B * u)) Wo                       conv_k: k taps a channel, no bias; out [R, B, T, D]
///
/// Knobs       conv (k)
/// Parameters  4 D² + k D            no biases
/// FLOPs       T (8 D² + 2 D k + 2 D)
/// State       (k - 1) D             the gated inputs that the convolution still sees; convention mad: 0
/// Protocol    the same in both
/// Source      Liquid AI 2025, LFM2: the short convolution block of its published model (conv_L_cache = 3, no biases)
Primitive gated_short_conv();

}  // namespace madsearch
