#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// Attention whose softmax is replaced by a feature map φ, so that the past of each head is one matrix instead of every
/// key and value. Causal.
///
///   q, k, v = x Wq, x Wk, x Wv                         x [R, B, T, D]; H heads: q, k of f channels, v of D/H;
///                                                      φ of F numbers
///   q, k, v = q + conv(q), k + conv(k), v + conv(v)    unless conv=none: causal, depthwise, no bias
///   S_t = S_{t-1} + φ(k_t)ᵀ v_t    z_t = z_{t-1} + φ(k_t)
///   y_t = φ(q_t) S_t / (φ(q_t) · z_t + ε)              ε = 1e-6
///   out = y Wo                                         out [R, B, T, D]
///
///   feature_map   φ(u)                                 F     trained, for q and k each (shared by the heads)
///   elu           elu(u) + 1                           f     -
///   relu          max(u, 0)                            f     -
///   identity      u                                    f     -
///   elementwise_product  (u A1 + b1) * (u A2 + b2)     f     2 (f² + f)
///   hedgehog      softmax([2u', -2u']), u' = u A + b   2f    f² + f, A = I at first
///   t2r           max(u A + b, 0)                      f     f² + f
///   dpfp          c_i c_{i-j}, j = 1..4, c = [max(u, 0), max(-u, 0)] turned in a ring    8f    -
///   taylor        1, u_i / f^¼, u_i² / √(2f), u_i u_j / √f for i < j    1 + f + f (f + 1) / 2    -
///                 so that φ(q) · φ(k) = 1 + s + s²/2, s = q · k / √f, the exponential's first terms
///
/// Knobs       heads (H), which must divide D; feature_map; feature_size (f), none = D/H. taylor needs f ≤ 16;
///             conv (c taps), or none
/// Parameters  2 D H f + 2 D² and those of the maps; no other biases; + c (2 H f + D) with conv
/// FLOPs       4 T D (H f + D) + 4 T D F + 3 T H F + T D (z and the quotient) + those of the maps: 4 T H f² for each
///             matrix of q and k, 2 T H F for dpfp's and taylor's products; + 2 c T (2 H f + D) with conv
/// State       H F D/H + H F         S and z of every head; + (c - 1) (2 H f + D) with conv: what it still sees;
///             convention mad: H F D/H
/// Protocol    madsearch: identity and elementwise_product take either sign, so y_t = φ(q_t) S_t without z and its
///             state, because the quotient has poles; mad-lab: always the quotient, ε = 1e-12, and dpfp's c = [max(u,
///             0), -max(u, 0)], as the reference has it
/// Source      Katharopoulos et al. 2020, arXiv:2006.16236, section 3.3; Zhang et al. 2024, arXiv:2402.04347, section 4
///             (hedgehog); Kasai et al. 2021, arXiv:2103.13076, section 2 (t2r); Schlag et al. 2021, arXiv:2102.11174,
///             section 5.3 (dpfp); Arora et al. 2024, arXiv:2402.18668, section 4 (taylor, with feature_size=16; its
///             code keeps u_i u_j and u_j u_i both, F = 1 + f + f²); Allen-Zhu 2025, arXiv:2512.17351 (conv)
Primitive linear_attention();

}  // namespace madsearch
