#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// Kimi Delta Attention: Gated DeltaNet whose decay is a number for each key channel instead of one a head. Causal.
///
///   q, k, v = silu(conv(x Wq)), silu(conv(x Wk)), silu(conv(x Wv))
///                                                                x [R, B, T, D]; heads of d = D/H channels;
///                                                                conv: depthwise, causal, no bias
///   q, k <- q / (|q| √d), k / |k|    β = sigmoid(x Wβ)           a head; |u| = sqrt(u·u + 1e-6)
///   α = exp(-exp(A_log) softplus(x F1 F2 + dt_bias))             [D], A_log a head; F1 to d numbers, F2 to D
///   S_t = (I - β_t k_tᵀ k_t) diag(α_t) S_{t-1} + β_t k_tᵀ v_t    S [d, d] a head
///   o_t = q_t S_t
///   out = (RMSNorm(o) sigmoid(x G1 G2 + b)) Wo                   the norm over each head, one weight [d];
///                                                                G1 to d numbers, G2 to D
///
/// Knobs       heads (H), which must divide D; conv (taps, or none); negative_eigenvalues: β = 2 sigmoid(x Wβ)
/// Parameters  4 D² + 4 D²/H + D H + 3 taps D + H + 2 D + D/H
/// FLOPs       2 T (4 D² + 4 D²/H + D H + 3 taps D) + 7 T D²/H
/// State       D²/H + 3 (taps - 1) D; convention mad: D²/H
/// Protocol    the same in both (the reference has no such layer); initial weights as delta_net's; A ~ U(1, 16),
///             softplus(dt_bias) log-uniform in [1e-3, 0.1]
/// Source      Kimi Team 2025, arXiv:2510.26692, section 3; flash-linear-attention, layers/kda.py and models/kda
Primitive kda();

}  // namespace madsearch
