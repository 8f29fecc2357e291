#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// A diagonal state space: each channel is filtered by N/2 damped oscillations, which no input changes, and the S4
/// block's gate mixes the channels. Causal.
///
///   A = -exp(a) + iω                                   a, ω [N/2, D]; a state counts with its conjugate
///   λ = exp(Δ A)    B̄ = (λ - 1)/A    Δ = exp(log_dt)   zero-order hold of B = 1, one Δ a channel
///   h_t = λ h_{t-1} + B̄ x_t    y_t = 2 Re Σ_n C_n h_{t,n} + D x_t
///   out = GLU(gelu(y) W + b)                           W to 2 D, GLU(u, v) = u σ(v)
///
/// No short convolution of its own, as the states take up x itself: nothing is projected before them.
///
/// Knobs       state (N), real numbers a channel, even; init, the oscillations at first: lin or inv
/// Parameters  2 D² + 4 D + 2 D N
/// FLOPs       T (4 D² + 2 D + 6 D N)
/// State       D N                   h, real and imaginary parts
/// Protocol    the same in both; a = log ½, log_dt log-uniform in [1e-3, 0.1], ω_n = π n (lin) or N/π (N/(2n+1) - 1)
///             (inv), C complex normal, D normal
/// Source      Gu et al. 2022, arXiv:2206.11893, sections 3 and 4; the block as in the authors' models/s4/s4d.py
Primitive s4d();

}  // namespace madsearch
