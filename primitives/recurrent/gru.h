#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// Gated recurrent unit: the state moves towards a candidate as far as a gate lets it; gates and candidate see the last
/// state. Causal.
///
///   r, z = σ(x W + b + R h_{t-1} + b')                 x [R, B, T, D]; all three W [D, D], each R block-diagonal
///                                                      with H blocks
///   n = tanh(x Wn + bn + r (Rn h_{t-1} + bn'))         the reset after the product, as in PyTorch
///   h_t = (1 - z) n + z h_{t-1}                        out = h [R, B, T, D], no projection
///
/// Knobs       heads (H), which must divide D: 1 is torch.nn.GRU with hidden size D
/// Parameters  3 D² + 3 D²/H + 6 D                      both biases, as in PyTorch
/// FLOPs       T (6 D² + 6 D²/H + 5 D)
/// State       D
/// Protocol    the same in both; initial values U(±1/√D), as in PyTorch
/// Source      Cho et al. 2014, arXiv:1406.1078, section 2.3; torch.nn.GRU; heads: Pöppel et al. 2024, arXiv:2412.07752
Primitive gru();

}  // namespace madsearch
