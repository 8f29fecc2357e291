#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// Attention whose softmax is replaced by a feature map φ, so that the past of each head is one matrix instead of every key and value.
/// Causal.
///
///   q, k, v = x Wq, x Wk, x Wv                         x [R, B, T, D]; heads of d = D/H channels, φ of F numbers
///   S_t = S_{t-1} + φ(k_t)ᵀ v_t    z_t = z_{t-1} + φ(k_t)
///   y_t = φ(q_t) S_t / (φ(q_t) · z_t + ε)              ε = 1e-6
///   out = y Wo                                         out [R, B, T, D]
///
///   feature_map   φ(u)                                 F     trained, for q and k each (shared by the heads)
///   elu           elu(u) + 1                           d     -
///   relu          max(u, 0)                            d     -
///   identity      u                                    d     -
///   elementwise_product  (u A1 + b1) * (u A2 + b2)     d     2 (d² + d)
///   hedgehog      softmax([2u', -2u']), u' = u A + b   2d    d² + d, A = I at first
///   t2r           max(u A + b, 0)                      d     d² + d
///
/// Knobs       heads (H), which must divide D; feature_map
/// Parameters  4 D² and those of the maps; no other biases
/// FLOPs       8 T D² + 4 T D F + 3 T H F + T D (z and the quotient) + those of the maps, 4 T D d for each matrix of q and k
/// State       H F d + H F           S and z of every head; convention mad: H F d
/// Protocol    madsearch: identity and elementwise_product take either sign, so y_t = φ(q_t) S_t without z and its state, because the
///             quotient has poles; mad-lab: always the quotient, ε = 1e-12
/// Source      Katharopoulos et al. 2020, arXiv:2006.16236, section 3.3; Zhang et al. 2024, arXiv:2402.04347, section 4 (hedgehog);
///             Kasai et al. 2021, arXiv:2103.13076, section 2 (t2r)
Primitive linear_attention();

}  // namespace madsearch
