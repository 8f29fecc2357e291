#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// Multi-head latent attention: keys and values of all heads are made from one small latent of each token, and this
/// latent is all that is carried, with one key of a few channels that holds the position and that all heads share.
/// Causal.
///
///   q = x Wq                                 x [R, B, T, D]; a head's query is [q_r | q_n] of r_p and n = D/H channels
///   q = RMSNorm(x Wm) Wq                     unless q_rank=none: a latent of m channels of its own
///   l = x Wc    k_r = x Wr                   r channels; r_p channels, one key for all heads; rope=none: no k_r, q_r
///   q, l, k_r = q + conv(q), l + conv(l), k_r + conv(k_r)    unless conv=none: causal, depthwise, no bias
///   c = RMSNorm(l)                           the latent
///   k_n, v = c Wk, c Wv                      heads of n channels
///   q_r, k_r turned by t 10000^(-2j/r_p)
///   y_t = Σ_s softmax_s((q_n,t · k_n,s + q_r,t · k_r,s) / √(n + r_p)) v_s    out = y Wo      out [R, B, T, D]
///
/// Knobs       heads (H), which must divide D; kv_rank, the ratio r/D; rope, the ratio r_p/D, an even number of
///             channels, or none (r_p = 0: no positions); q_rank, the ratio m/D, or none; conv (k taps), or none
/// Parameters  2 D² + H r_p D + D (r + r_p) + 2 r D + r     no biases; with q_rank D² + D m + m (D + H r_p) + m in
///             place of the first two terms; + k (D + H r_p + r + r_p) with conv
/// FLOPs       2 T (all but the norms' r and m) + 2 P (2 D + H r_p)    P = T(T+1)/2 pairs, which read keys and values
///             made anew
/// State       (r + r_p) T           the step form works on latents: Wk is applied to the query, Wv to what is read;
///             with conv (k - 1) (D + H r_p + r + r_p) more: what it still sees; convention mad: (r + r_p) T
/// Protocol    the same in both
/// Source      DeepSeek-AI 2024, arXiv:2405.04434, section 2.1 and its model (norms of the latents, eps 1e-6): q_rank
///             is its section 2.1.2, left out in DeepSeek-V2-Lite as by default here; rotary pairs are (j, j + r_p/2),
///             a permutation of the channels there; Kimi Team 2025, arXiv:2510.26692 (rope=none: in Kimi Linear
///             other layers know the positions; its code keeps the shared key, unturned); Allen-Zhu 2025,
///             arXiv:2512.17351 (conv, here of the latent in place of the keys and values made from it, so that latents
///             stay all that is carried of the past)
Primitive mla();

}  // namespace madsearch
