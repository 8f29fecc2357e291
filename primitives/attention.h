#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// Softmax attention with rotary positions: every token reads a weighted mean of the values before it. Causal.
///
///   q = x Wq   k, v = x Wk, x Wv                       x [R, B, T, D]; heads of D/H channels, G of them for k and v
///   q, k rotated by t 10000^(-2j H/D)                  rotary=on
///   y_t = Σ_s softmax_s(q_t · k_s / √(D/H)) v_s        t-w < s ≤ t with window=w, else s ≤ t
///   out = y Wo                                         out [R, B, T, D]
///
/// Knobs       heads (H), which must divide D; kv_heads (G), which must divide H, or all; window (w) or none; rotary on or off
/// Parameters  2 D² + 2 D² G/H       no biases; of a use that shares keys and values (@a:kv) 2 D²
/// FLOPs       4 T D² + 4 T D² G/H + 4 D P    P = pairs (s, t) that are read: T(T+1)/2 without a window
/// State       2 D G/H min(T, w)     keys and values that can still be read
/// Protocol    mad-lab: biases on all projections; madsearch: none
/// Source      Vaswani et al. 2017, arXiv:1706.03762, section 3.2; Su et al. 2021, arXiv:2104.09864, section 3.4.2;
///             Ainslie et al. 2023, arXiv:2305.13245, section 2.2 (kv_heads)
Primitive attention();

}  // namespace madsearch
