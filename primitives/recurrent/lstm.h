#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// Long short-term memory: cells that gates write, keep and read; the gates see the last output, so tokens follow one
/// another. Causal.
///
///   u = x W + b    u = u + conv_k(u)                   x [R, B, T, D]; W [D, 4 D]; conv_k: depthwise, causal, k taps,
///                                                      no bias; conv=none: without it
///   i, f, g, o = u + R h_{t-1} + b'                    each R block-diagonal with H blocks
///   c_t = σ(f) c_{t-1} + σ(i) tanh(g)
///   h_t = σ(o) tanh(c_t)                               out = h [R, B, T, D], no projection
///
/// Knobs       heads (H), which must divide D: 1 is torch.nn.LSTM with hidden size D; forget_bias, added to the initial
///             b of f; conv (k), or none
/// Parameters  4 D² + 4 D²/H + 8 D                      both biases, as in PyTorch; with conv 4 k D more
/// FLOPs       T (8 D² + 8 D²/H + 4 D + 8 k D)
/// State       2 D                                      h and c; with conv 4 (k - 1) D more; convention mad: 2 D
/// Protocol    initial biases U(±1/√D), as in PyTorch; matrices under mad-lab too, under madsearch as all
///             projections, an R as one of D/H channels
/// Source      Hochreiter and Schmidhuber 1997, doi:10.1162/neco.1997.9.8.1735; forget gate: Gers et al. 2000;
///             forget_bias: Jozefowicz et al. 2015; heads: Pöppel et al. 2024, arXiv:2412.07752;
///             conv: Allen-Zhu 2025, arXiv:2512.17351
Primitive lstm();

}  // namespace madsearch
