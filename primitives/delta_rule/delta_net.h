#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// DeltaNet: a linear attention that writes by the delta rule. What a key recalls is replaced, by the share β, with its
/// new value, so that a state of d keys does not fill up with old pairs. Causal.
///
///   q, k, v = silu(conv(x Wq)), silu(conv(x Wk)), silu(conv(x Wv))
///                                                         x [R, B, T, D]; heads of d = D/H channels;
///                                                         conv: depthwise, causal, no bias
///   q, k <- q / (|q| √d), k / |k|    β = sigmoid(x Wβ)    a head; |u| = sqrt(u·u + 1e-6)
///   S_t = (I - β_t k_tᵀ k_t) S_{t-1} + β_t k_tᵀ v_t       S [d, d] a head
///   o_t = q_t S_t
///   out = RMSNorm(o) Wo                                   the norm over each head, one weight [d];
///                                                         gate=on: (RMSNorm(o) silu(x Wg)) Wo
///
/// Knobs       heads (H), which must divide D; conv (taps, or none); gate; negative_eigenvalues: β = 2 sigmoid(x Wβ)
/// Parameters  4 D² + D H + 3 taps D + D/H; gate: D² more
/// FLOPs       2 T (4 D² + D H + 3 taps D) + 6 T D²/H; gate: 2 T D² more
/// State       D²/H + 3 (taps - 1) D S of every head and the caches of the convolutions; convention mad: D²/H
/// Protocol    the same in both (the reference has no such layer) but for initial weights: mad-lab's are Xavier-uniform
///             with gain 2^-2.5, as those of flash-linear-attention's layer were until March 2025
/// Source      Yang et al. 2024, arXiv:2406.06484, section 2.2; flash-linear-attention, layers/delta_net.py (the layer;
///             1/√d and the ε); Grazzi et al. 2024, arXiv:2411.12537 (negative_eigenvalues)
Primitive delta_net();

}  // namespace madsearch
