#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// A gated linear recurrent network whose every channel keeps `state` numbers: the forget gate's complement writes, so
/// that what is forgotten makes room for what comes in, and an outer product spreads the input over the states. Causal.
///
///   q, f, i = x Wq, x Wf, x Wi                         x [R, B, T, D]; D/N heads of N channels
///   q, f, i = conv(q), conv(f), conv(i)                unless conv=none: causal, depthwise, no bias
///   f = β + (1 - β) σ(f)                               β = lower_bound
///   S_t = diag(f_t) S_{t-1} + (1 - f_t)ᵀ i_t    o_t = silu(q_t) S_t    S [N, N] of a head
///   out = RMSNorm(o) Wo                                the norm over all D channels
///
/// Knobs       state (N), which must divide D; lower_bound (β), a fraction; conv (c taps)
/// Parameters  4 D² + D + 3 c D
/// FLOPs       T (8 D² + 5 D N + 6 c D)
/// State       D N + 3 (c - 1) D     S of every head, and what the convolutions still see; convention mad: D N
/// Protocol    the same in both; the reference has no HGRN2. The paper learns a β for every layer, rising with depth
///             from 0 in the first; a block does not know its depth, so β is a constant of the block and 0 unless told
/// Source      Qin et al. 2024, arXiv:2404.07904, section 3; norm, silu and conv as in its authors'
///             flash-linear-attention
Primitive hgrn2();

}  // namespace madsearch
