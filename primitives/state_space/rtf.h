#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// A recurrence of order N in each channel, given by its transfer function and trained as a convolution that never sees
/// a state. Causal.
///
///   h = h0 δ + DFT⁻¹(b(ω) / (1 + a(ω)))                a(ω) = Σ_{i≤N} a_i ω^-i at the L-th roots ω of one,
///                                                      b(ω) alike; L = max_length; a, b [D, N]; δ: 1 at lag 0;
///                                                      roots=even: L + 1 of them where L is odd
///   y = h ∗ x                                          x [R, B, T, D]; ∗: convolution over time
///   p, q = gelu(y) W + c    out = p σ(q)               out [R, B, T, D]
///
/// Sampled at L roots, the response of b / (1 + a) is wrapped around after L tokens (at L + 1 roots, after L + 1, and
/// the last of these taps is never read). The wrapped filter is again the response of order N with
/// the same a, so the step form is exact for all L tokens: with β_i = h_i + Σ_{j<i} a_j h_{i-j} read off its first
/// taps,
///   y_t = β · s_t + h_0 x_t    s_{t+1} = (x_t - a · s_t, the first N - 1 of s_t)        s [D, N], companion form
/// (The published code corrects b with a power of the companion matrix, and leaves out what is wrapped onto h_0.)
///
/// a and b start at zero, h0 ~ N(0, 1). If L ≤ N, N + 1 roots are used. No short convolution of its own, as nothing is
/// projected before the filter.
///
/// Knobs       state (N); roots, length (L) or even (L, and L + 1 where that is odd: the published code's)
/// Parameters  2 D N + D + 2 D (D + 1)
/// FLOPs       T (4 D N + 2 D + 4 D² + 2 D)
/// State       D N
///             distilled: the orders of the trained filters' recurrences (layers/distillation.h) in place of D N
/// Protocol    the same in both
/// Source      Parnichkun et al. 2024, arXiv:2405.06147; initial values and the layer around the filter as in its
///             published code
Primitive rtf();

}  // namespace madsearch
