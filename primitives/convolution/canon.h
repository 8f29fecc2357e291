#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// A weighted sum of the last tokens of each channel, added to the residual stream: no projection, no activation.
/// Causal.
///
///   out = conv_k(x)                                    x, out [R, B, T, D]; k taps a channel, no bias
///
/// The layer's residual is the stage's own, so that as a stage it is x + conv_k(Norm(x)). (The paper also puts it
/// inside other blocks, where it is a short convolution of theirs.)
///
/// Knobs       conv (k)
/// Parameters  k D
/// FLOPs       2 T k D
/// State       (k - 1) D             convention mad: 0
/// Protocol    the same in both
/// Source      Allen-Zhu 2025, Physics of Language Models: Part 4.1, arXiv:2512.17351; published code: kernel 4,
///             residual, no activation
Primitive canon();

}  // namespace madsearch
