#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// Gated slot attention: each head keeps a fixed number of slots, a key and a value in each, and a query attends to
/// them. What a slot forgets makes room for what comes in, at rates which the input decides. Causal.
///
///   q, k, v, f = x Wq, x Wk, x Wv, x Wf                x [R, B, T, D]; H heads of d = D/H channels; f of m a head
///   q, k, v = silu(conv(q)), silu(conv(k)), silu(conv(v))   unless conv=none: causal, depthwise, no bias
///   q, k, v = silu(q), silu(k), silu(v)
///   α = σ(f)^(1/8)
///   K_t = diag(α_t) K_{t-1} + (1 - α_t)ᵀ k_t           K [m, d] of a head
///   V_t = diag(α_t) V_{t-1} + (1 - α_t)ᵀ v_t           V [m, d] of a head
///   o_t = softmax(q_t K_tᵀ) V_t                        no scale
///   out = RMSNorm(silu(o)) Wo                          the norm over all D channels
///
/// Knobs       heads (H), which must divide D; slots (m); conv (c taps)
/// Parameters  4 D² + D H m + D + 3 c D
/// FLOPs       T (8 D² + 2 D H m + 10 m D + 6 c D)
/// State       2 m D + 3 (c - 1) D    K and V of every head, and what the convolutions still see; convention mad: 2 m D
/// Protocol    the same in both; the reference has no gated slot attention
/// Source      Zhang et al. 2024, arXiv:2409.07146; its authors' flash-linear-attention: layers/gsa.py (silu, 1/8,
///             norm, and silu twice where there is a conv), models/gsa (m = 64, no conv)
Primitive gated_slot_attention();

}  // namespace madsearch
