#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// One state space with many inputs and outputs: all channels drive the same P/2 damped oscillations, which no input
/// changes, and read them out through full matrices; a gate follows. Causal.
///
///   Λ = min(Λr, -1e-4) + iΛi                           [P/2], each counts with its conjugate
///   λ = exp(Δ Λ)    B̄ = (λ - 1)/Λ B    Δ = exp(log_step)   zero-order hold, one Δ a state
///   u = B̄ x + conv(B̄ x)                                conv: depthwise over the P real numbers, causal, no bias;
///                                                      conv=none: u = B̄ x
///   h_t = λ h_{t-1} + u_t    y_t = 2 Re C h_t + D x_t  B [P/2, D], C [D, P/2] complex
///   out = g σ(g W + b)    g = gelu(y)                   W [D, D]
///
/// Knobs       state (P), real numbers, a multiple of 2 blocks; blocks, of the matrix whose eigenvalues Λ are at first;
///             conv (k), or none
/// Parameters  D² + 2 D + 2 P D + 3/2 P + k P
/// FLOPs       T (2 D² + 2 D + 4 P D + 4 P + 2 k P)
/// State       P + (k - 1) P         h, real and imaginary parts, and the cache of the convolution; convention mad: P
/// Protocol    the same in both but for the initial W, in mad-lab the authors': truncated normal of deviation 1/√D
/// Initial     Λ, V: half the eigenvalues and vectors of HiPPO-N, once a block; B = V* B₀ and C = C₀ V of truncated
///             normal numbers of deviation 1/√P; log_step log-uniform in [1e-3, 0.1], D normal
/// Source      Smith et al. 2022, arXiv:2208.04933, section 3 and appendix B; the gate is half_glu1 of the authors'
///             s5/layers.py, the bound on Λr clip_eigs of s5/ssm.py, advised there for autoregression
Primitive s5();

}  // namespace madsearch
