#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// RWKV-6, Finch, time mixer: RWKV-5 whose input decides how far each projection looks back and how fast each row of
/// the past fades, both through products of low rank. Causal.
///
///   s = tanh((x_t + (x_{t-1} - x_t) μx) A)               x [R, B, T, D], x_{-1} = 0; A to 5 groups of mix_rank numbers
///   x□ = x_t + (x_{t-1} - x_t) (μ□ + s□ B□)               for □ = w, k, v, r, g
///   r, k, v = xr Wr, xk Wk, xv Wv    g = silu(xg Wg)      heads of d = D/H channels
///   r, k, v = r + conv(r), k + conv(k), v + conv(v)       unless conv=none: causal, depthwise, no bias
///   S_t = diag(w_t) S_{t-1} + k_tᵀ v_t    w_t = exp(-exp(ω + tanh(xw C) E))   C to decay_rank numbers
///   o_t = r_t (S_{t-1} + diag(u) k_tᵀ v_t)
///   out = (GroupNorm_H(o) g) Wo                           a group a head; eps 64e-5
///
/// Knobs       heads (H), which must divide D; mix_rank, decay_rank: the authors have 32 and 64 at widths of 2048 and
///             twice that at 4096, the reference 32 and 64; the defaults are smaller, or these products would be most
///             of a block of width 32; conv (c taps), or none
/// Parameters  5 D² + 10 D mix_rank + 2 D decay_rank + 10 D, with conv 3 c D more
/// FLOPs       10 T D² + 20 T D mix_rank + 4 T D decay_rank + 5 T D²/H + 5 T D, with conv 6 c T D more
/// State       D²/H + D              S of every head and the last token; with conv 3 (c - 1) D more: what it still
///             sees; convention mad: D²/H
/// Protocol    the same in both. Initial values that depend on a layer's depth are those of layer 0 of 1, as in the
///             reference: μ = 1 - i/D, of r and g 1 - √(i/D); ω and u as rwkv5's; A, B, C, E ~ U(±1e-4) (the authors: A
///             = C = 0, B, E ~ U(±0.01)). Other matrices are drawn as those of all projections; the authors' are
///             orthogonal, Wo zero
/// Source      Peng et al. 2024, arXiv:2404.05892, section 4.2; initial values: RWKV-LM, RWKV-v5/src/model.py;
///             conv: Allen-Zhu 2025, arXiv:2512.17351
Primitive rwkv6();

}  // namespace madsearch
