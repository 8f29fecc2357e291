#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// Test-time training with a linear inner model: the past of each head is a linear map that a gradient step per
/// mini-batch of n tokens trains to reconstruct values from keys. Causal.
///
///   q = conv(x Wqk)  k = conv'(x Wqk)  v = x Wv        x [R, B, T, D]; heads of F = D/H channels; conv, conv':
///                                                      depthwise, causal, with bias; conv=none: q = x Wq, k = x Wk;
///                                                      q, k turned by the token's place in its mini-batch
///   r_t = σ(x_t θ + θ_0) / F                           a head's learning rate for what a token teaches
///   g_t = ∂/∂Z ½ |LN(Z) - (v_t - k_t)|² at Z = k_t W + b
///                                                      W [F, F], b [F] at the start of the mini-batch;
///                                                      LN: LayerNorm with a weight and a bias a head
///   W_t = W - s_i Σ_j r_j k_jᵀ g_j   b_t = b - s_i Σ_j r_j g_j
///                                                      j over the mini-batch up to t, its i-th token;
///                                                      s_i = max(0, 1/i + σ_i), σ_i trained
///   z_t = q_t + LN(q_t W_t + b_t)                      the next mini-batch starts from the last W_t, b_t,
///                                                      the first from parameters
///   out = (LayerNorm(z) gelu(x Wg)) Wo                 LayerNorm over all D channels; gate=off: without the gelu
///
/// Knobs       heads (H), which must divide D into heads of an even size; mini_batch (n), 1 is online gradient descent;
///             conv; gate
/// Parameters  5 D² + 2 D (conv + 1) + D²/H + (H + 5) D + H + n       a square less without conv: 5 D² + ...; D² less
///             without gate
/// FLOPs       2 T D per square, 2 T D H + 4 T D conv, and T (6 D²/H + 2 D (n + 1)) for the inner model in its dual
///             form
/// State       2 (D²/H + D), W, b and the mini-batch's Σ r kᵀ g, Σ r g (of n = 1 no sums), and (conv - 1) D
/// Protocol    the same in both but for initial weights, which are N(0, 0.02²) in mad-lab, as the authors'; biases 0
/// Initial     the inner model: W ~ N(0, 0.16²/F), which is the authors' N(0, 0.02²) at their heads of 64 channels (in
///             mad-lab at all), b = 0
/// Source      Sun et al. 2024, arXiv:2407.04620, sections 2 and 3, and the authors' code (ttt-lm-pytorch, TTTLinear):
///             conv=4 gate=on is the layer of their Mamba backbone, conv=none gate=off that of their Transformer
///             backbone (both without its blocks' own residual convolution). Rotated pairs are (j, j + F/2); theirs are
///             neighbours, the same up to a permutation of channels
Primitive ttt_linear();

}  // namespace madsearch
