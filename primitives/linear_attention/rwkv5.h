#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// RWKV-5, Eagle, time mixer: the past of each head is one matrix whose rows fade at rates of their own, learned and
/// constant; the current token is read apart, with a bonus. Causal.
///
///   x□ = x_t + (x_{t-1} - x_t) μ□   for □ = r, k, v, g   x [R, B, T, D], x_{-1} = 0; heads of d = D/H channels
///   r, k, v = xr Wr, xk Wk, xv Wv    g = silu(xg Wg)
///   r, k, v = r + conv(r), k + conv(k), v + conv(v)       unless conv=none: causal, depthwise, no bias
///   S_t = diag(w) S_{t-1} + k_tᵀ v_t    w = exp(-exp ω)
///   o_t = r_t (S_{t-1} + diag(u) k_tᵀ v_t)
///   out = (GroupNorm_H(o) g) Wo                           a group a head; eps 64e-5 (the authors': o / 8 and eps 1e-5)
///
/// Knobs       heads (H), which must divide D; the authors' heads have 64 channels, the reference's 16; conv (c taps),
///             or none
/// Parameters  5 D² + 8 D, with conv 3 c D more
/// FLOPs       10 T D² + 5 T D²/H + 5 T D   projections; S and its read-out; the bonus; with conv 6 c T D more
/// State       D²/H + D              S of every head and the last token; with conv 3 (c - 1) D more: what it still
///             sees; convention mad: D²/H
/// Protocol    the same in both. Initial values that depend on a layer's depth are those of layer 0 of 1, as in the
///             reference: μk = μv = 1 - i/D, μr = μg = 1 - √(i/D), ω = -6 + 5 (i/(D-1))^0.7, u = 0.1 ((i+1) mod 3 - 1)
///             for channel i. Matrices are drawn as those of all projections; the authors' are orthogonal, Wo zero
/// Source      Peng et al. 2024, arXiv:2404.05892, section 4.1; initial values: RWKV-LM, RWKV-v5/src/model.py;
///             conv: Allen-Zhu 2025, arXiv:2512.17351
Primitive rwkv5();

}  // namespace madsearch
