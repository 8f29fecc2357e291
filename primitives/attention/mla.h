#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// Multi-head latent attention: keys and values of all heads are made from one small latent of each token, and this
/// latent is all that is carried, with one key of a few channels that holds the position and that all heads share.
/// Causal.
///
///   q = x Wq                                 x [R, B, T, D]; a head's query is [q_r | q_n] of r_p and n = D/H channels
///   c = RMSNorm(x Wc)                        the latent, r channels
///   k_n, v = c Wk, c Wv                      heads of n channels    k_r = x Wr   r_p channels, one for all heads
///   q_r, k_r turned by t 10000^(-2j/r_p)
///   y_t = Σ_s softmax_s((q_n,t · k_n,s + q_r,t · k_r,s) / √(n + r_p)) v_s    out = y Wo      out [R, B, T, D]
///
/// Knobs       heads (H), which must divide D; kv_rank, the ratio r/D; rope, the ratio r_p/D, an even number of
///             channels
/// Parameters  2 D² + H r_p D + D (r + r_p) + 2 r D + r     no biases
/// FLOPs       2 T (all but the norm's r) + 2 P (2 D + H r_p)    P = T(T+1)/2 pairs, which read keys and values made
///             anew
/// State       (r + r_p) T           the step form works on latents: Wk is applied to the query, Wv to what is read
/// Protocol    the same in both
/// Source      DeepSeek-AI 2024, arXiv:2405.04434, section 2.1 and its model (norm of the latent, eps 1e-6); as in
///             DeepSeek-V2-Lite queries have no latent; rotary pairs are (j, j + r_p/2), a permutation of the channels
///             there
Primitive mla();

}  // namespace madsearch
