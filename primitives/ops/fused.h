#pragma once
#include <ATen/core/Tensor.h>

#include "primitives/ops/softmax_attention.h"

// Operations of one pass where LibTorch takes several, with gradients. On a CPU they are most of what makes a small
// model fast; on other devices they are LibTorch's operations.
namespace madsearch {

/// x / sqrt(mean(x²) + eps) * w over the last axis. x [R, ..., D], w [R, D].
at::Tensor fused_rms_norm(const at::Tensor& x, const at::Tensor& w, double eps);

/// silu(a) * b, of equal shapes.
at::Tensor fused_silu_gate(const at::Tensor& a, const at::Tensor& b);

/// bias + Σ_lag weight[:, :, taps - 1 - lag] x_{t - lag}. x [R, B, T, C], weight [R, C, taps], bias [R, C] or
/// undefined.
at::Tensor fused_short_conv(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias);

/// Whether fused_attention takes these: a CPU, and tokens that see so few others that matrix products do not pay.
bool fuses_attention(const at::Tensor& x, const at::Tensor& fade, const AttentionHeads& heads);

/// What SoftmaxAttention computes, with its arguments. `turns` [T, 2, rotated/2]: cosines and sines of the rotary
/// angles, or undefined.
at::Tensor fused_attention(const at::Tensor& queries, const at::Tensor& keys_values, const at::Tensor& turns,
                           const at::Tensor& fade, const AttentionHeads& heads);

}  // namespace madsearch
