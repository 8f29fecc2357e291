#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// Differential attention: a head's weights are the difference of two softmaxes, in which what both attend to by chance
/// cancels. Causal.
///
///   q, k, v = x Wq, x Wk, x Wv               x [R, B, T, D]; a head has two queries and two keys of
///                                            d = D/2H channels and a value of 2 d
///   q, k, v = q + conv(q), k + conv(k), v + conv(v)    unless conv=none: causal, depthwise, no bias
///   q, k turned by t 10000^(-2j/d)           rotary=on
///   y_t = Σ_{s≤t} (softmax_s(q1_t · k1_s / √d) - λ softmax_s(q2_t · k2_s / √d)) v_s
///   λ = exp(λq1 · λk1) - exp(λq2 · λk2) + λ_init    four vectors of d, for all heads
///   out = ((1 - λ_init) RMSNorm(y)) Wo       λ_init = lambda_init; the norm over each head's 2 d channels, one weight
///                                            [2 d] for all heads;
///                                            out [R, B, T, D]
///
/// Knobs       heads (H), twice which must divide D: half as many as attention has of the same size; rotary on or off;
///             lambda_init: 4/5, where the paper's deep layers are, 1/5, its first layer's, or any fraction; conv (c
///             taps), or none
/// Parameters  4 D² + 6 d            + 3 c D with conv
/// FLOPs       8 T D² + 4 D P        P = T(T+1)/2 pairs; the two maps are subtracted before they read the values; + 6 c
///             T D with conv
/// State       2 D T                 + 3 (c - 1) D with conv: what it still sees; convention mad: 2 D T
/// Protocol    the same in both; λ vectors N(0, 0.1²) at first, as in the authors' code
/// Source      Ye et al. 2024, arXiv:2410.05258, section 2.1 and the authors' code (norm eps 1e-5). A block does not
///             know how deep it stands: by default λ_init is the paper's other strategy, 0.8 in all layers, not its
///             0.8 - 0.6 exp(-0.3 (l - 1)) of layer l, which a design writes as 1/5, 9/25, 47/100, 14/25, ...; rotary
///             pairs are (j, j + d/2), a permutation of the channels there; Allen-Zhu 2025, arXiv:2512.17351 (conv)
Primitive differential_attention();

}  // namespace madsearch
