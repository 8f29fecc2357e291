#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// A gated MLP on each token alone.
///
///   out = (silu(x W1) * (x W2)) W3                     x, out [R, B, T, D]; inner size m = inner D
///
/// Knobs       inner, a ratio to the width, or auto: solved so that designs have equal parameters
///             (search/architecture/sizes.h)
/// Parameters  3 D m                 no biases
/// FLOPs       6 T D m
/// State       0
/// Protocol    the same in both; the reference's inner size is 8/3 D rounded down, then up to a multiple of 16
/// Source      Shazeer 2020, arXiv:2002.05202, section 2
Primitive swiglu();

}  // namespace madsearch
