#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// State space duality: Mamba whose decay is one number a head, so that the state of a head is the matrix of a gated
/// linear attention with keys B and queries C that all heads share. Causal.
///
///   z, u, δ = x Wz, x Wu, x Wδ                         x [R, B, T, D]; I = expand D channels in H = I/P heads;
///                                                      z of I, u of I + 2 N, δ of H numbers
///   v, B, C = silu(conv_k(u))                          conv_k: depthwise, causal, k taps and bias; v of I,
///                                                      B and C of N numbers
///   Δ = softplus(δ + bδ)    A = -exp(A_log)            one a head
///   S_t = exp(Δ_t A) S_{t-1} + Δ_t B_tᵀ v_t            S [N, P] a head
///   y_t = C_t S_t + D v_t                              this D: one number a head
///   out = RMSNorm(y silu(z)) Wo                        the norm over all I channels
///
/// Knobs       state (N); expand, a ratio to the width; head_size (P), which divides I; conv (k), or none
/// Parameters  D (2 I + 2 N + H) + (k + 1) (I + 2 N) + 3 H + I + I D     without the term in k where conv=none
/// FLOPs       T (2 D (3 I + 2 N + H) + 2 k (I + 2 N) + 5 I N + 2 I)
/// State       I N + (k - 1) (I + 2 N)    S, and the inputs that the convolution still sees; convention mad: I N
/// Protocol    the same in both; -A uniform in [1, 16], softplus(bδ) log-uniform in [1e-3, 0.1]
/// Source      Dao and Gu 2024, arXiv:2405.21060, sections 5 and 7; as in the authors' modules/mamba2_simple.py with
///             one group, where N = 64 and P = 128 fit its widths
Primitive mamba2();

}  // namespace madsearch
