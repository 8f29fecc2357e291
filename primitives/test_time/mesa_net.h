#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// Locally optimal test-time training: at every token each head solves the ridge regression of the values on the keys
/// of its fading past, and answers its query by the solution. Causal.
///
///   q, k = l2(silu(conv(x Wq))), l2(silu(conv'(x Wk)))  v = x Wv
///                                                        x [R, B, T, D]; heads of F = D/H channels;
///                                                        l2(u) = u / sqrt(u·u + 1e-6) over each head;
///                                                        conv, conv': depthwise, causal, no bias
///   γ_t = σ(x_t a + a_0)  β_t = σ(x_t b + b_0)  λ = softplus(l) + 1/4
///                                                        a head: γ, β one number, λ [F] fixed
///   A_t = γ_t A_{t-1} + β_t k_tᵀ k_t   B_t = γ_t B_{t-1} + β_t k_tᵀ v_t
///   o_t = q_t (A_t + diag λ)⁻¹ B_t                       A, B [F, F] a head
///   out = RMSNorm(o) Wo                                  the norm over each head, one weight [F] for all heads;
///                                                        gate=on: (RMSNorm(o) silu(x Wg)) Wo
///
/// Knobs       heads (H), which must divide D; conv, taps of the two convolutions (none leaves the silu); gate
/// Parameters  4 D² + 2 D conv + 2 (D + 1) H + D + D/H, and D² for the gate
/// FLOPs       8 T D² + 4 T D conv + 4 T D H + T (D³/(3 H²) + 17 D²/(2 H)), and 2 T D² for the gate
/// State       2 D²/H + 2 (conv - 1) D       A and B of every head
/// Protocol    the same in both but for initial weights, which are N(0, 0.02²) in mad-lab, as in transformers' models;
///             biases 0, λ = 1 at first
/// Source      von Oswald et al. 2025, arXiv:2506.05233, sections 3 and 4; flash-linear-attention, MesaNet. Both
///             approach the solution by 30 steps of conjugate gradients; here it is exact, by elimination, which is
///             cheaper for heads of up to 128 channels
Primitive mesa_net();

}  // namespace madsearch
