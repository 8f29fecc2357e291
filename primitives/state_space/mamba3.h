#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// Mamba-2 that takes up the last token and this one, by an exponential-trapezoidal rule, which replaces its
/// convolution, and whose keys B and queries C turn by angles which the input decides: a state of complex numbers. One
/// input and one output a channel (SISO). Causal.
///
///   z, v, B, C, δ, a, μ, θ = x W                       x [R, B, T, D]; I = expand D channels in H = I/P heads:
///                                                      z, v of I, B, C of N, δ, a, μ of H, θ of J numbers
///   v, B, C <- u + conv(u) of u = v, B, C              conv: depthwise, causal, no bias; conv=none: u
///   Δ = softplus(δ + bδ)    A = -max(f(a), 1e-4)    λ = σ(μ)         a head
///   φ_t = φ_{t-1} + Δ_t π tanh(θ_t)                    φ [J] a head, from θ of all heads
///   k_t = turn(RMSNorm(B_t) + bB, φ_t)                 bB [N] a head; turn: the first J pairs of channels by φ
///   q_t = turn(RMSNorm(C_t) + bC, φ_t)                 bC [N] a head
///   S_t = α_t S_{t-1} + (1 - λ_t) Δ_t α_t k_{t-1}ᵀ v_{t-1} + λ_t Δ_t k_tᵀ v_t
///                                                      S [N, P] a head; α_t = exp(Δ_t A_t)
///   y_t = q_t S_t + D v_t    out = (y silu(z)) Wo      this D: one number a head
///
/// Knobs       state (N), even; expand, a ratio to the width; head_size (P), which divides I; turning, half (J = ⌊N/4⌋)
///             or all (J = N/2) of the pairs of B and C; rate (f), softplus as in the paper, or heavy_tail: f(a) = 1 +
///             a for a ≥ 0, else 1 / (1 - a), which keeps A away from 0; conv (k), or none
/// Parameters  D (2 I + 2 N + 3 H + J) + 2 H + 2 H N + 2 N + I D + k (I + 2 N)
/// FLOPs       T (2 D (3 I + 2 N + 3 H + J) + 5 I N + 12 H J + 2 H N + 4 I + 2 k (I + 2 N))
/// State       I N + N + I + H J     S, the last B, v and φ; with conv (k - 1) (I + 2 N) more; convention mad: I N
/// Protocol    the same in both; softplus(bδ) log-uniform in [1e-3, 0.1], bB and bC ones
/// Source      Lahoti et al. 2026, arXiv:2603.15569, section 3; as in the authors' modules/mamba3.py with one group,
///             where N = 128 and P = 64 fit its widths, and ops/triton/mamba3/mamba3_siso_step.py; heavy_tail is what
///             that code has since June 2026 (commit c69aaab), against explosions at high learning rates
Primitive mamba3();

}  // namespace madsearch
