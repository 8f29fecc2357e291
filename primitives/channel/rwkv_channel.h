#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// RWKV's channel mixer: a squared-relu MLP that reads each token moved towards the one before it, gated by a
/// receptance. Causal; a channel mixer by its place in a design, although it sees two tokens.
///
///   u = (x_t + (x_{t-1} - x_t) μk) Wk                  x [R, B, T, D], x_{-1} = 0; inner size m = inner D
///   k = max(0, u + conv(u))²                           conv: depthwise, causal, no bias; conv=none: max(0, u)²
///   out = σ((x_t + (x_{t-1} - x_t) μr) Wr) * (k Wv)    gate=off: out = k Wv
///
/// Knobs       inner, a ratio to the width, or auto (search/architecture/sizes.h); gate: on (RWKV-4 to 6), off
///             (RWKV-7); conv (c), or none
/// Parameters  2 D m + D + c m, with the gate + D² + D
/// FLOPs       T (4 D m + 2 c m), with the gate + 2 T D²
/// State       D + (c - 1) m         the last token and the inputs that the convolution still sees; convention mad: 0
/// Protocol    the same in both. μ = 1 - i/D in channel i at first: the authors' first layer (deeper ones start
///             elsewhere), the reference's every layer. The authors start Wr and Wv at zero, the reference and we do
///             not. Their inner size is 3.5 (RWKV-7 and the reference: 4)
/// Source      Peng et al. 2024, arXiv:2404.05892, section 4.1; gate=off: Peng et al. 2025, arXiv:2503.14456, section
///             4; Allen-Zhu 2025, arXiv:2512.17351 (conv: Canon-D, inside the MLP before its activation)
Primitive rwkv_channel();

}  // namespace madsearch
