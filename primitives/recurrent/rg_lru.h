#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// The recurrent block of Griffin and Hawk: a linear recurrence whose rates the input decides, behind a short
/// convolution, beside a GeLU branch. Causal.
///
///   u = conv_k(x Wx + bx)    v = gelu(x Wy + by)       x [R, B, T, D]; I = expand D channels; conv_k: depthwise,
///                                                      causal, k taps and bias; conv=none: u = x Wx + bx
///   r, i = σ(u W + b)                                  both W [I, I] block-diagonal with H blocks
///   a = σ(Λ)^(8 r)    h_t = a_t h_{t-1} + √(1 - a_t²) (i_t u_t)
///   out = (h v) Wo + bo                                the root's gradient is bounded at 1000, as in RecurrentGemma
///
/// Knobs       heads (H), which must divide I; expand, a ratio to the width; conv (k), or none
/// Parameters  3 I D + 2 I²/H + 5 I + D, with conv (k + 1) I more
/// FLOPs       T (6 I D + 4 I²/H + 2 k I + 8 I)
/// State       I, with conv (k - 1) I more              convention mad: I
/// Protocol    the same in both. Every token is scaled by the root, the first one too (RecurrentGemma's code takes the
///             first as it is). Initial σ(Λ)^8 uniform in [0.9, 0.999], as the paper says; the other initial values as
///             in RecurrentGemma
/// Source      De et al. 2024, arXiv:2402.19427, sections 2.3, 2.4 and 4.1
Primitive rg_lru();

}  // namespace madsearch
