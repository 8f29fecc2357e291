#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// Comba: a delta rule as control with a closed loop. What the state recalls by the key corrects the state, and the key
/// corrects the query. A step is a number plus low rank: what it recalls has not decayed, and erasing has a strength of
/// its own. Causal.
///
///   q, k, v = silu(conv(x Wq)), silu(conv(x Wk)), silu(conv(x Wv))
///                                                          x [R, B, T, D]; heads of c = K/H channels of q and k
///                                                          and e = V/H of v; conv: depthwise, causal, no bias
///   q <- q - d k                                           d a number a head, learned; correction=none: q
///   q, k <- q / (|q| √c), k / |k|                          a head; |u| = sqrt(u·u + 1e-6)
///   β = sigmoid(x Wβ)    β̃ = sigmoid(b) β                  a head; b learned
///   α = exp(-exp(A_log) softplus(x Wα + dt_bias))          a head, in (0, 1)
///   S_t = (α_t - β̃_t k_tᵀ k_t) S_{t-1} + β_t k_tᵀ v_t      S [c, e] a head
///   o_t = q_t S_t
///   out = (RMSNorm(o) sigmoid(x Wg)) Wo                    the norm over each head, one weight [e];
///                                                          gate=off: RMSNorm(o) Wo
///
/// Knobs       heads (H), which must divide K and V; expand_k, expand_v: K and V as ratios to D (3/4 and 3/2 as in
///             flash-linear-attention, which makes 6 D²); conv (taps, or none); gate; correction: the first d, or none
/// Parameters  D (2 K + 2 V + 2 H) + taps (2 K + V) + 3 H + V/H; gate: D V more; correction: H more
/// FLOPs       2 T of the projections and convolutions + 7 T K V/H
/// State       K V/H + (taps - 1) (2 K + V); convention mad: K V/H
/// Protocol    the same in both (the reference has no such layer); initial weights as delta_net's; b = 1; d = 1/50,
///             which the authors take for small models (1 for 1.3 billion parameters); A ~ U(0, 16), softplus(dt_bias)
///             log-uniform in [1e-3, 0.1]
/// Source      Hu et al. 2025, arXiv:2506.02475, equation 5, and the drawing of the layer in the authors' repository,
///             AwesomeSeq/Comba-triton; flash-linear-attention, layers/comba.py and naive_chunk_comba of
///             ops/comba/naive.py. Those layers make p = sigmoid(b) k of unit length, which takes b out of the state's
///             correction, and subtract d p from q; here both are the paper's
Primitive comba();

}  // namespace madsearch
