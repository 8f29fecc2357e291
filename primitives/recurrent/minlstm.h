#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// An LSTM whose gates see the input alone, so that each channel is a linear recurrence. Causal.
///
///   u = x + conv_k(x), or x                            x [R, B, T, D]; conv_k: depthwise, causal, k taps and bias
///   f, i = σ(u W + b)    h~ = g(u Wh + bh)             I = expand D channels; g(v) = v + 1/2 for v ≥ 0, else σ(v)
///   f', i' = f / (f + i), i / (f + i)                  if normalise, else f, i
///   h_t = f'_t h_{t-1} + i'_t h~_t                     out = h Wo + bo
///
/// The paper computes a scan of logarithms, for which h~ must be positive; the loop here gives the same numbers.
///
/// Knobs       expand, a ratio to the width; candidate: positive, or linear for h~ without g (appendix B.1); conv (k),
///             or none; normalise; forget_bias, added to the initial b of f
/// Parameters  4 I D + 3 I + D, with conv (k + 1) D more
/// FLOPs       T (8 I D + 2 k D + 6 I)
/// State       I, with conv (k - 1) D more              convention mad: I
/// Protocol    the same in both; the authors convolve before the norm of the block and follow it by a D × D map; h
///             starts from zeros
/// Source      Feng et al. 2024, arXiv:2410.01201, section 3.2 and appendix B
Primitive minlstm();

}  // namespace madsearch
