#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// A selective state space: each of I channels keeps N numbers that decay and take up input at rates which the input
/// decides. Causal.
///
///   u, z = x Wu, x Wz                                  x [R, B, T, D]; I = expand D channels
///   u = silu(conv_k(u))                                causal depthwise convolution with k taps and bias
///   δ, B, C = u Wx                                     δ of R = ⌈D/16⌉ numbers, B and C of N
///   Δ = softplus(δ Wδ + bδ)    A = -exp(A_log)
///   h_t = exp(Δ_t A) h_{t-1} + Δ_t B_t u_t
///   y_t = C_t h_t + D u_t                              this D: one number a channel
///   out = (y silu(z)) Wo                               out [R, B, T, D]
///
/// Knobs       state (N); expand, a ratio to the width; conv (k), or none
/// Parameters  3 I D + I (R + 2 N) + R I + I + I N + I + (k + 1) I     without the term in k where conv=none
/// FLOPs       T (6 I D + 2 I (R + 2 N) + 2 R I + 2 k I + 9 I N)
/// State       I N + (k - 1) I       h, and the inputs that the convolution still sees; convention mad: I N
/// Protocol    the same in both; A = -1 .. -N, softplus(bδ) log-uniform in [1e-3, 0.1]
/// Source      Gu and Dao 2023, arXiv:2312.00752, section 3 and algorithm 2
Primitive mamba();

}  // namespace madsearch
