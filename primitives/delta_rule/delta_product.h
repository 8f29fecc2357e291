#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// DeltaProduct: n steps of the delta rule a token, each with a key, a value and a β of its own, so that a token's
/// transition is a product of n generalised Householder matrices: with β up to 2 any rotation of n dimensions, hence
/// state tracking. Causal.
///
///   q = silu(conv(x Wq)), k_1 .. k_n = silu(conv(x Wk)), v_1 .. v_n = silu(conv(x Wv))
///                                                            x [R, B, T, D]; heads of d = D/H channels;
///                                                            conv: depthwise, causal, no bias
///   q, k_i <- q / (|q| √d), k_i / |k_i|
///   β_i = 2 sigmoid(x Wβ)_i                                  a head; |u| = sqrt(u·u + 1e-6)
///   S_{t,0} = α_t S_{t-1,n}                                  α = 1 without forget_gate, else that of gated_delta_net
///   S_{t,i} = (I - β_i k_iᵀ k_i) S_{t,i-1} + β_i k_iᵀ v_i    S [d, d] a head
///   o_t = q_t S_{t,n}
///   out = (RMSNorm(o) silu(x Wg)) Wo                         the norm over each head, one weight [d];
///                                                            gate=off: RMSNorm(o) Wo
///
/// Knobs       heads (H), which must divide D; householder (n); conv (taps, or none); gate; forget_gate: Gated
///             DeltaProduct; negative_eigenvalues off: β_i = sigmoid(x Wβ)_i
/// Parameters  (2 + 2 n) D² + n D H + (1 + 2 n) taps D + D/H; gate: D² more; forget_gate: D H + 2 H more
/// FLOPs       2 T of the projections and convolutions + (4 n + 2) T D²/H; forget_gate: T D²/H more
/// State       D²/H + (taps - 1) (1 + 2 n) D; convention mad: D²/H
/// Protocol    the same in both (the reference has no such layer); initial values as gated_delta_net's
/// Source      Siems et al. 2025, arXiv:2502.10297, section 3; flash-linear-attention, layers/gated_deltaproduct.py
Primitive delta_product();

}  // namespace madsearch
