#pragma once
#include <ATen/core/Tensor.h>

#include "primitives/ops/attention_heads.h"

// Softmax attention in one pass on a CPU, with gradients. SoftmaxAttention (softmax_attention.h) chooses it.
namespace madsearch {

/// Whether fused_attention takes these: a CPU, and tokens that see so few others that matrix products do not pay.
/// x [R, B, T, ..]; `fade` as below.
bool fuses_attention(const at::Tensor& x, const at::Tensor& fade, const AttentionHeads& heads);

/// What SoftmaxAttention computes, [R, B, T, H e]. `queries` [R, B, T, >= H d] and `keys_values`
/// [R, B, T, >= G d + U e] as there, float32 or float64. `turns` [T, 2, rotated/2]: cosines and sines of the rotary
/// angles, or undefined. `fade` [R, B, T, H] or undefined.
at::Tensor fused_attention(const at::Tensor& queries, const at::Tensor& keys_values, const at::Tensor& turns,
                           const at::Tensor& fade, const AttentionHeads& heads);

}  // namespace madsearch
