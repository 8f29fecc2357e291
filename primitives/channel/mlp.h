#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// Two products with a nonlinearity between, on each token alone.
///
///   out = f(x W1) W2                                   x, out [R, B, T, D]; inner size m = inner D
///
/// Knobs       inner, a ratio to the width, or auto (search/architecture/sizes.h); activation f: gelu (tanh form) or
///             relu2 (max(0, u)²)
/// Parameters  2 D m                 no biases
/// FLOPs       4 T D m
/// State       0
/// Protocol    the same in both; the reference has inner=4, activation=gelu
/// Source      Vaswani et al. 2017, arXiv:1706.03762, section 3.3; Hendrycks and Gimpel 2016, arXiv:1606.08415; So et
///             al. 2021, arXiv:2109.08668, section 3 (relu2)
Primitive mlp();

}  // namespace madsearch
