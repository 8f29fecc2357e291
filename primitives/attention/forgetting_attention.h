#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// Softmax attention with a forget gate in place of positions: a score loses the logarithms of all gates since its
/// token. Causal.
///
///   q, k, v = x Wq, x Wk, x Wv                         x [R, B, T, D]; heads of d = D/H channels
///   q, k, v = q + conv(q), k + conv(k), v + conv(v)    unless conv=none: causal, depthwise, no bias
///   k, v = α k_{t-1} + (1 - α) k_t, the same for v     kv_shift=on: α = sigmoid(x Wα), two a head, for k and for v
///   q, k = RMSNorm(q), RMSNorm(k)                      qk_norm=on: over each head, a weight [D] for q and for k
///   f = sigmoid(x Wf + b)   c_t = Σ_{l≤t} log f_l      one a head
///   y_t = Σ_{s≤t} softmax_s(q_t · k_s / √d + c_t - c_s) v_s
///   y = RMSNorm(y)                                     norm=on: as that of q and k
///   y = y sigmoid(x Wg)                                gate=on
///   out = y Wo                                         out [R, B, T, D]
///
/// Knobs       heads (H), which must divide D; qk_norm, gate, norm, kv_shift on or off: all off is the paper's FoX
///             (LLaMA), all on its FoX (Pro); conv (c taps), or none
/// Parameters  4 D² + D H + H        + D² with gate; + 2 D H with kv_shift; + 2 D with qk_norm; + D with norm; +
///             3 c D with conv
/// FLOPs       8 T D² + 2 T D H + 4 D P    P = T(T+1)/2 pairs; + 2 T D² with gate; + 4 T D H with
///             kv_shift; + 6 c T D with conv
/// State       2 D T + H T           keys and values, and what each token has lost so far; + 2 D with kv_shift: the
///             last k and v; + 3 (c - 1) D with conv: what it still sees
/// Protocol    the same in both; b = 0 at first
/// Source      Lin et al. 2025, arXiv:2503.02130, section 3, and the authors' code (order of the Pro block's parts; eps
///             1e-5 for q and k, 1e-6 for y); Allen-Zhu 2025, arXiv:2512.17351 (conv)
Primitive forgetting_attention();

}  // namespace madsearch
