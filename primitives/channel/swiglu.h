#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// A gated MLP on each token alone. With a short convolution inside (Canon-D) it is causal instead, and a channel mixer
/// by its place in a design.
///
///   a, b = x W1, x W2                                  x [R, B, T, D]; inner size m = inner D
///   a, b <- u + conv(u) of u = a, b                    conv: depthwise, causal, no bias; conv=none: u
///   out = (silu(a) * b) W3                             out [R, B, T, D]; activation=gelu: gelu(a)
///
/// Knobs       inner, a ratio to the width, or auto: solved so that designs have equal parameters
///             (search/architecture/sizes.h); activation, silu or gelu, by its tanh form; conv (k), or none
/// Parameters  3 D m + 2 k m         no biases
/// FLOPs       T (6 D m + 4 k m)
/// State       2 (k - 1) m           the inputs that the convolution still sees, 0 without it; convention mad: 0
/// Protocol    the same in both; the reference's inner size is 8/3 D rounded down, then up to a multiple of 16
/// Source      Shazeer 2020, arXiv:2002.05202, section 2 (SwiGLU, GEGLU); Allen-Zhu 2025, arXiv:2512.17351 (conv:
///             Canon-D, inside the MLP before its activation)
Primitive swiglu();

}  // namespace madsearch
