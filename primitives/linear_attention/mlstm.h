#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// The matrix memory of xLSTM: an outer product writes to it through an exponential input gate, a forget gate a head
/// fades it, and a normaliser keeps what is read in scale. Causal.
///
///   q, k, v, o = x Wq, x Wk, x Wv, x Wo                x [R, B, T, D]; q, k of K = expand_k D channels, v, o of D;
///                                                      H heads
///   q, k, v = q + conv(q), k + conv(k), v + conv(v)    unless conv=none: causal, depthwise, no bias
///   i = cap(x Wi + bi)    f = cap(x Wf + bf)           a number a head; cap(u) = 15 tanh(u / 15)
///   C_t = σ(f_t) C_{t-1} + exp(i_t) k_tᵀ v_t           C [K/H, D/H] of a head, C_0 = 0; k / √(K/H)
///   n_t = σ(f_t) n_{t-1} + exp(i_t) k_t                n [K/H]
///   h_t = q_t C_t / max(|q_t · n_t|, 1)
///   out = (LayerNorm_H(h) σ(o)) Wout                   the norm over each head, a weight a channel, no bias, ε = 1e-6
///
///   C and n are carried times exp(-m), and m beside them, which keeps exponentials below 1:
///   m_t = max(log σ(f_t) + m_{t-1}, i_t), m_0 = 0. The divisor is then max(|q_t · n_t|, exp(-m_t)), above 3e-7
///   thanks to cap.
///
/// Knobs       heads (H), which must divide K and D; expand_k, a ratio to the width; conv (c taps), or none
/// Parameters  2 D K + 3 D² + D + 2 H (D + 1), with conv c (2 K + D) more
/// FLOPs       T (4 D K + 6 D² + 4 D H + 5 K (D/H + 1) + 2 D), with conv 2 c T (2 K + D) more
/// State       K D/H + K + H         C, n and m of every head; with conv (c - 1) (2 K + D) more: what it still sees;
///             convention mad: K D/H
/// Protocol    the same in both; the reference has no xLSTM
/// Source      Beck et al. 2024, arXiv:2405.04517, section 2.3 and appendix A.2 (the cell); the layer around it, with
///             cap, expand_k and no other biases, is that of xLSTM 7B, Beck et al. 2025, arXiv:2503.13427, as in
///             NX-AI/xlstm, xlstm_large. The gates start as in the first paper's code: weights 0, bf from 3 to 6 over
///             the heads, bi ~ N(0, 0.1²). conv is that of Allen-Zhu 2025, arXiv:2512.17351; the block of the first
///             paper has another, a convolution of 4 taps and silu before q and k alone, that of xLSTM 7B none
Primitive mlstm();

}  // namespace madsearch
