#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// Gated DeltaNet: the delta rule with Mamba-2's decay, which can clear the whole state at once. Causal.
///
///   q, k, v = silu(conv(x Wq)), silu(conv(x Wk)), silu(conv(x Wv))
///                                                          x [R, B, T, D]; heads of c = K/H channels of q and k
///                                                          and d = V/H of v; conv: depthwise, causal, no bias
///   q, k <- q / (|q| √c), k / |k|    β = sigmoid(x Wβ)     a head; |u| = sqrt(u·u + 1e-6)
///   α = exp(-exp(A_log) softplus(x Wα + dt_bias))          a head, in (0, 1)
///   S_t = α_t (I - β_t k_tᵀ k_t) S_{t-1} + β_t k_tᵀ v_t    S [c, d] a head
///   o_t = q_t S_t
///   out = (RMSNorm(o) silu(x Wg)) Wo                       the norm over each head, one weight [d];
///                                                          gate=off: RMSNorm(o) Wo
///
/// Knobs       heads (H), which must divide K and V; expand_k, expand_v: K and V as ratios to D (3/4 and 3/2 as in the
///             paper, which makes 6 D²); conv (taps, or none); gate; negative_eigenvalues: β = 2 sigmoid(x Wβ)
/// Parameters  D (2 K + 2 V + 2 H) + taps (2 K + V) + 2 H + V/H; gate: D V more
/// FLOPs       2 T of the projections and convolutions + 7 T K V/H
/// State       K V/H + (taps - 1) (2 K + V); convention mad: K V/H
/// Protocol    the same in both (the reference has no such layer); initial weights as delta_net's; A ~ U(0, 16),
///             softplus(dt_bias) log-uniform in [1e-3, 0.1]
/// Source      Yang, Kautz and Hatamizadeh 2024, arXiv:2412.06464, equation 10 and section 3.4; flash-linear-attention,
///             layers/gated_deltanet.py; Grazzi et al. 2024, arXiv:2411.12537 (negative_eigenvalues)
Primitive gated_delta_net();

}  // namespace madsearch
