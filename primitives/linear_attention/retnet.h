#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// Multi-scale retention: the past of each head is one matrix that fades at a rate of the head's own, which is fixed;
/// queries and keys are turned by their position. Causal.
///
///   q, k, v, g = x Wq, x Wk, x Wv, x Wg                x [R, B, T, D]; q, k of D channels, v, g of V = expand D;
///                                                      H heads
///   q, k, v = q + conv(q), k + conv(k), v + conv(v)    unless conv=none: causal, depthwise, no bias
///   q, k = turned by t θ_j, θ_j = 10000^(-2j H/D); k / √(D/H)
///   γ_h = 1 - 2^(-5-h)                                 h = 0..H-1
///   S_t = γ_h S_{t-1} + k_tᵀ v_t    o_t = q_t S_t      S [D/H, V/H] of a head
///   out = (GroupNorm_H(o) silu(g)) Wo                  a group a head, a weight and a bias a channel, ε = 1e-6
///
/// Knobs       heads (H), which must divide D, with an even number of channels a head; expand, a ratio to the width;
///             conv (c taps), or none
/// Parameters  2 D² + 3 D V + 2 V, with conv c (2 D + V) more
/// FLOPs       T (4 D² + 6 D V + 5 D V/H + 6 D)       6 D for the turns; with conv 2 c T (2 D + V) more
/// State       D V/H                 S of every head; with conv (c - 1) (2 D + V) more: what it still sees; convention
///             mad: D V/H
/// Protocol    mad-lab: initial weights as in the authors' torchscale, Xavier-uniform, of gain 2^-2.5 but for Wo (the
///             reference has no retention); madsearch: as those of all projections. torchscale's later code has an
///             RMSNorm without weights in GroupNorm's place
/// Source      Sun et al. 2023, arXiv:2307.08621, section 2 (equations 5 to 8);
///             Allen-Zhu 2025, arXiv:2512.17351 (conv)
Primitive retnet();

}  // namespace madsearch
