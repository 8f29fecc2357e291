#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// A convolution as long as the sequence whose filter is trained tap by tap; small taps are squashed to zero. Causal.
///
///   K̄ = the mean of K over a window of `smooth` taps  K [D, L] for max_length L, zero beyond its ends;
///                                                      smooth=none: K̄ = K
///   h = sign(K̄) max(|K̄| - λ, 0)                       λ = 0.001
///   y = h ∗ x + d x                                    x [R, B, T, D]; ∗: convolution over time; d [D] ~ N(0, 1)
///   a, b = gelu(y) W + c    out = a σ(b)               out [R, B, T, D]
///
/// K starts as N(0, 0.02) exp(-(t / L) (D/2)^(i/D)) in channel i at lag t, and is not decayed. No short convolution of
/// its own, as nothing is projected before the filter.
///
/// Knobs       smooth, an odd window or none
/// Parameters  D L + D + 2 D (D + 1)     of which K grows with the length
/// FLOPs       T (4 D² + 4 D) + D times the cheaper of Toeplitz product T (T + 1) and FFT
/// State       T D                   the past of x, which convention mad counts too, as the filter has no order
///             distilled: the orders of the trained filters' recurrences (layers/distillation.h) in place of T D
/// Protocol    the same in both
/// Source      Fu et al. 2023, arXiv:2302.06646: smoothing and squashing in the time domain; λ, initial values and the
///             layer around the convolution as in its published code (weight_init double_exp)
Primitive long_conv();

}  // namespace madsearch
