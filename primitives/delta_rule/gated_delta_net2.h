#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// Gated DeltaNet-2: KDA with two gates for its one β a head. What a step erases is gated on each key channel, what it
/// writes on each value channel. Causal.
///
///   q, k, v = silu(conv(x Wq)), silu(conv(x Wk)), silu(conv(x Wv))
///                                                                x [R, B, T, D]; heads of d = D/H channels;
///                                                                conv: depthwise, causal, no bias
///   q, k <- q / (|q| √d), k / |k|                                a head; |u| = sqrt(u·u + 1e-6)
///   b, w = sigmoid(x Wb), sigmoid(x Ww)                          [D] each: erase and write gate
///   α = exp(-exp(A_log) softplus(x F1 F2 + dt_bias))             [D], A_log a head; F1 to d numbers, F2 to D
///   S_t = (I - k_tᵀ (b_t * k_t)) diag(α_t) S_{t-1} + k_tᵀ (w_t * v_t)
///                                                                S [d, d] a head; b = w = β: KDA
///   o_t = q_t S_t
///   out = (RMSNorm(o) sigmoid(x G1 G2 + c)) Wo                   the norm over each head, one weight [d];
///                                                                G1 to d numbers, G2 to D
///
/// Knobs       heads (H), which must divide D; conv (taps, or none); negative_eigenvalues: b = 2 sigmoid(x Wb)
/// Parameters  6 D² + 4 D²/H + 3 taps D + H + 2 D + D/H
/// FLOPs       2 T (6 D² + 4 D²/H + 3 taps D) + 7 T D²/H
/// State       D²/H + 3 (taps - 1) D; convention mad: D²/H
/// Protocol    the same in both (the reference has no such layer); initial weights as delta_net's; A ~ U(1, 16),
///             softplus(dt_bias) log-uniform in [1e-3, 0.1]
/// Source      Hatamizadeh, Choi and Kautz 2026, arXiv:2605.22791; flash-linear-attention, layers/gdn2.py and
///             ops/gdn2/naive.py (with as many channels of values as of keys, its default)
Primitive gated_delta_net2();

}  // namespace madsearch
