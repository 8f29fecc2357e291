#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// Softmax attention with rotary positions: every token reads a weighted mean of the values before it. Causal.
///
///   q = x Wq   k, v = x Wk, x Wv                       x [R, B, T, D]; H heads of d = D/H channels, G of k and v
///   q, k, v = q + conv(q), k + conv(k), v + conv(v)    unless conv=none: causal, depthwise, no bias
///   q, k = RMSNorm(q), RMSNorm(k)                      qk_norm=on: over each head's d channels, one weight [d]
///                                                      for all q, one for all k
///   q, k turned by t 10000^(-2j/d)                     rotary=on
///   y_t = Σ_s softmax_s(q_t · k_s / √d) v_s            s ≤ t; with window=w and sinks=n only t-w < s or s < n;
///                                                      a fraction w is ⌈w L⌉ in a model for sequences of L tokens
///   out = y Wo                                         out [R, B, T, D]; gate=on: (y sigmoid(x Wg)) Wo
///
/// Knobs       heads (H), which must divide D; kv_heads (G), which must divide H, or all; window (w), a count or a
///             fraction of the length below 1, or none; sinks (n), 0 without a window; rotary, qk_norm and gate on or
///             off; conv (c taps), or none
/// Parameters  2 D² + 2 D² G/H       no biases; of a use that shares keys and values (@a:kv) 2 D²; + 2 d with qk_norm;
///             + D² with gate; + c (D + 2 D G/H) with conv, of such a use c D
/// FLOPs       4 T D² + 4 T D² G/H + 4 D P    P = pairs (s, t) that are read: T(T+1)/2 without a window; + 2 T D² with
///             gate; + 2 c T (D + 2 D G/H) with conv
/// State       2 D G/H min(T, w + n) keys and values that can still be read; + (c - 1) (D + 2 D G/H) with conv: what it
///             still sees, of a use that shares keys and values (c - 1) D; convention mad: keys and values
/// Protocol    mad-lab: biases on the projections of q, k, v and out; madsearch: none
/// Source      Vaswani et al. 2017, arXiv:1706.03762, section 3.2; Su et al. 2021, arXiv:2104.09864, section 3.4.2;
///             Ainslie et al. 2023, arXiv:2305.13245, section 2.2 (kv_heads); Xiao et al. 2023, arXiv:2309.17453,
///             section 3.2 (sinks: here a design is trained with them, and positions are those of the text, not those
///             in the cache); Yang et al. 2025, arXiv:2505.09388, section 2 (qk_norm); Qiu et al. 2025,
///             arXiv:2505.06708, section 2.2 (gate: G1, elementwise); Allen-Zhu 2025, arXiv:2512.17351 (conv: Canon-B)
Primitive attention();

}  // namespace madsearch
