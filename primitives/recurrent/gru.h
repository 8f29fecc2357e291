#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// Gated recurrent unit: the state moves towards a candidate as far as a gate lets it; gates and candidate see the last
/// state. Causal.
///
///   r~, z~, n~ = x W + b                               x [R, B, T, D]; all three W [D, D]
///   r~, z~, n~ = r~ + conv_k(r~), the same for z~, n~  unless conv=none: depthwise, causal, k taps, no bias
///   r, z = σ(r~ + Rr h_{t-1} + br'), σ(z~ + Rz h_{t-1} + bz')   each R block-diagonal with H blocks
///   n = tanh(n~ + r (Rn h_{t-1} + bn'))                the reset after the product, as in PyTorch
///   h_t = (1 - z) n + z h_{t-1}                        out = h [R, B, T, D], no projection
///
/// Knobs       heads (H), which must divide D: 1 is torch.nn.GRU with hidden size D; conv (k), or none
/// Parameters  3 D² + 3 D²/H + 6 D                      both biases, as in PyTorch; with conv 3 k D more
/// FLOPs       T (6 D² + 6 D²/H + 5 D + 6 k D)
/// State       D, with conv 3 (k - 1) D more            convention mad: D
/// Protocol    initial biases U(±1/√D), as in PyTorch; matrices under mad-lab too, under madsearch as all
///             projections, an R as one of D/H channels
/// Source      Cho et al. 2014, arXiv:1406.1078, section 2.3; torch.nn.GRU; heads: Pöppel et al. 2024,
///             arXiv:2412.07752; conv: Allen-Zhu 2025, arXiv:2512.17351
Primitive gru();

}  // namespace madsearch
