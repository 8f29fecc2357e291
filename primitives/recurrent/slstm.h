#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// The LSTM of xLSTM whose memory can be revised: exponential input gates over a normaliser; the gates see the last
/// output. Causal.
///
///   u = silu(conv_k(x)), or x                          x [R, B, T, D]; conv_k: depthwise, causal, k taps and bias
///   ĩ, f̃ = u W + R h_{t-1} + b                         all W and R block-diagonal with H blocks of d = D/H channels
///   z̃, õ = x W + R h_{t-1} + b
///   i = exp(ĩ)    f = σ(f̃) or exp(f̃)    z = tanh(z̃)    o = σ(õ)
///   c_t = f c_{t-1} + i z    n_t = f n_{t-1} + i       kept times exp(-m_t), m_t = max(log f + m_{t-1}, ĩ), m_1 = ĩ_1
///   h_t = o c_t / n_t    out = LayerNorm(h)            over each head, with a weight [D] and no bias
///
/// Knobs       heads (H), which must divide D; forget: σ or exp; conv (k), or none
/// Parameters  8 D²/H + 5 D, with conv (k + 1) D more
/// FLOPs       T (16 D²/H + 2 k D + 8 D)
/// State       4 D, with conv (k - 1) D more            c, n, h and m; convention mad: 2 D, c and h
/// Protocol    initial values of the authors' code: R zeros, b of f̃ from 5 to -7 in each head; W small under mad-lab,
///             as all projections under madsearch. Their block's MLP is left to the stage that follows
/// Source      Beck et al. 2024, arXiv:2405.04517, section 2.2 and appendix A; projections by heads as in the code,
///             NX-AI/xlstm
Primitive slstm();

}  // namespace madsearch
