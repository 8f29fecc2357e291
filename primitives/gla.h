#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// Gated linear attention: the past of each head is one matrix whose rows decay at rates which the input decides. Causal.
///
///   q, k, v, g = x Wq, x Wk, x Wv, x Wg                x [R, B, T, D]; heads of d = D/H channels
///   a = logsigmoid(x G1 G2 + b) / 16                   G1 to gate_rank numbers, G2 to D
///   S_t = diag(exp a_t) S_{t-1} + k_tᵀ v_t    o_t = (q_t / √d) S_t
///   out = (RMSNorm(o) silu(g)) Wo                      the norm over each head's d channels, one weight [d] for all heads
///
/// Knobs       heads (H), which must divide D; gate_rank
/// Parameters  5 D² + 2 D rank + D + D/H
/// FLOPs       10 T D² + 4 T D rank + 5 T D²/H
/// State       D²/H                  S of every head
/// Protocol    the same in both; initial weights Xavier-uniform with gain 2^-2.5
/// Source      Yang et al. 2023, arXiv:2312.06635, section 4
Primitive gla();

}  // namespace madsearch
