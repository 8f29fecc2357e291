#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// Long short-term memory: cells that gates write, keep and read; the gates see the last output, so tokens follow one
/// another. Causal.
///
///   i, f, g, o = x W + b + R h_{t-1} + b'              x [R, B, T, D]; W [D, 4 D], each R block-diagonal with H blocks
///   c_t = σ(f) c_{t-1} + σ(i) tanh(g)
///   h_t = σ(o) tanh(c_t)                               out = h [R, B, T, D], no projection
///
/// Knobs       heads (H), which must divide D: 1 is torch.nn.LSTM with hidden size D; forget_bias, added to the initial
///             b of f
/// Parameters  4 D² + 4 D²/H + 8 D                      both biases, as in PyTorch
/// FLOPs       T (8 D² + 8 D²/H + 4 D)
/// State       2 D                                      h and c
/// Protocol    the same in both; initial values U(±1/√D), as in PyTorch
/// Source      Hochreiter and Schmidhuber 1997, doi:10.1162/neco.1997.9.8.1735; forget gate: Gers et al. 2000;
///             forget_bias: Jozefowicz et al. 2015; heads: Pöppel et al. 2024, arXiv:2412.07752
Primitive lstm();

}  // namespace madsearch
