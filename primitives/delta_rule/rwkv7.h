#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// RWKV-7's time mixer: a generalised delta rule whose decay, erased key κ and in-context learning rate η are vectors
/// that the input decides; the key that is erased and the one that is written differ. Causal.
///
///   x_c = x_t + (x_{t-1} - x_t) μ_c for c of r, w, k, v, η, g     x [R, B, T, D], x_{-1} = 0; heads of d = D/H
///   r = x_r Wr    k = x_k Wk    v = x_v Wv    η = σ(x_η A1 A2 + η0)    g = σ(x_g G1) G2
///   r, k, v <- u + conv(u) of u = r, k, v                         conv: depthwise, causal, no bias; conv=none: u
///   w = exp(-exp(-1/2) σ(tanh(x_w W1) W2 + w0))                   in (0.545, 1)
///   κ = (k ξ) / |k ξ| over each head    k̃ = k (1 + (η - 1) α)     |u| = sqrt(u·u + 1e-12)
///   S_t = (diag(w_t) - (η_t κ_t)ᵀ κ_t) S_{t-1} + k̃_tᵀ v_t         S [d, d], the transpose of the paper's
///   o_t = r_t S_t
///   out = ((GroupNorm(o) + (Σ r ρ k̃) v) g) Wo                     Σ and the norm over each head, ε = 64e-5,
///                                                                 with a weight and a bias a channel
///
/// This is the form of the first layer: later ones mix v with the first layer's by a gate (value residual), which a
/// block that knows no other block cannot.
///
/// Knobs       heads (H), which must divide D; rank of W1 and A1 as a ratio to D (G1 has twice that): 1/4 gives the
///             authors' 32 and 64 at width 128; conv (taps, or none)
/// Parameters  4 D² + 8 D rank + 13 D + 3 taps D
/// FLOPs       2 T (4 D² + 8 D rank + 3 taps D) + 9 T D²/H
/// State       D²/H + D + 3 (taps - 1) D     S of every head, the last token and the cache of the convolution;
///             convention mad: D²/H
/// Protocol    the same in both (the reference has no such layer) but for initial weights: mad-lab's are the authors',
///             Wr, Wv ~ U(±0.5/√D) and Wk ~ U(±0.05/√D)
/// Initial     of the authors' layer 0 of 1: μ = 1 - (i/D)^p with p = 0.2 (r, g), 0.9 (w, η), 0.7 (k, v); w0, η0, ξ, α,
///             ρ as there; W2, A2, G2 orthogonal times 0.1. Where they start at zero (W1, A1, G1, Wo) it is U(±1e-4)
///             here, so that every weight trains from the first step
/// Source      Peng et al. 2025, arXiv:2503.14456, section 4; BlinkDL/RWKV-LM, RWKV-v7/train_temp/src/model.py
Primitive rwkv7();

}  // namespace madsearch
