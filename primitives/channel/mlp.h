#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// Two products with a nonlinearity between, on each token alone. With a short convolution inside (Canon-D) it is
/// causal instead, and a channel mixer by its place in a design.
///
///   u = x W1                                           x [R, B, T, D]; inner size m = inner D
///   out = f(u + conv(u)) W2                            out [R, B, T, D]; conv: depthwise, causal, no bias;
///                                                      conv=none: f(u) W2
///
/// Knobs       inner, a ratio to the width, or auto (search/architecture/sizes.h); activation f: gelu (tanh form) or
///             relu2 (max(0, u)²); conv (k), or none
/// Parameters  2 D m + k m           no biases
/// FLOPs       T (4 D m + 2 k m)
/// State       (k - 1) m             the inputs that the convolution still sees, 0 without it; convention mad: 0
/// Protocol    the same in both; the reference has inner=4, activation=gelu
/// Source      Vaswani et al. 2017, arXiv:1706.03762, section 3.3; Hendrycks and Gimpel 2016, arXiv:1606.08415; So et
///             al. 2021, arXiv:2109.08668, section 3 (relu2); Allen-Zhu 2025, arXiv:2512.17351 (conv: Canon-D, inside
///             the MLP before its activation)
Primitive mlp();

}  // namespace madsearch
