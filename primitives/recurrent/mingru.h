#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// A GRU whose gate sees the input alone, so that each channel is a linear recurrence. Causal.
///
///   u = x + conv_k(x), or x                            x [R, B, T, D]; conv_k: depthwise, causal, k taps and bias
///   z = σ(u Wz + bz)    h~ = g(u Wh + bh)              I = expand D channels; g(v) = v + 1/2 for v ≥ 0, else σ(v)
///   h_t = (1 - z_t) h_{t-1} + z_t h~_t                 out = h Wo + bo
///
/// The paper computes a scan of logarithms, for which h~ must be positive; the loop here gives the same numbers.
///
/// Knobs       expand, a ratio to the width; candidate: positive, or linear for h~ without g (appendix B.1); conv (k),
///             or none
/// Parameters  3 I D + 2 I + D, with conv (k + 1) D more
/// FLOPs       T (6 I D + 2 k D + 4 I)
/// State       I, with conv (k - 1) D more              convention mad: I
/// Protocol    the same in both; the authors convolve before the norm of the block and follow it by a D × D map; h
///             starts from zeros
/// Source      Feng et al. 2024, arXiv:2410.01201, section 3.1 and appendix B
Primitive mingru();

}  // namespace madsearch
