#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// Gated linear attention: the past of each head is one matrix whose rows decay at rates which the input decides.
/// Causal.
///
///   q, k, v, g = x Wq, x Wk, x Wv, x Wg                x [R, B, T, D]; q, k of K = expand_k D channels,
///                                                      v, g of V = expand_v D; H heads
///   q, k, v = silu(conv(q)), silu(conv(k)), silu(conv(v))   unless conv=none: causal, depthwise, no bias
///   a = logsigmoid(x G1 G2 + b) / 16                   G1 to gate_rank numbers, G2 to K
///   S_t = diag(exp a_t) S_{t-1} + k_tᵀ v_t    o_t = (q_t / √(K/H)) S_t    S [K/H, V/H] of a head
///   out = (RMSNorm(o) silu(g)) Wo                      the norm over each head, one weight [V/H] for all heads
///
/// Knobs       heads (H), which must divide K and V; gate_rank; conv (c taps); expand_k, expand_v, ratios to the width
/// Parameters  2 D K + 3 D V + rank (D + K) + K + V/H + c (2 K + V)
/// FLOPs       T (4 D K + 6 D V + 2 rank (D + K) + 5 K V/H + 2 c (2 K + V))
/// State       K V/H + (c - 1) (2 K + V)    S of every head, and what the convolutions still see; convention mad: K V/H
/// Protocol    mad-lab: initial weights Xavier-uniform with gain 2^-2.5, as in the reference (flash-linear-attention
///             has dropped it since); madsearch: as those of all projections
/// Source      Yang et al. 2023, arXiv:2312.06635, section 4, where expand_k = 1/2; mad-lab has 1. conv as in its
///             authors' flash-linear-attention
Primitive gla();

}  // namespace madsearch
