#pragma once
#include <ATen/core/Tensor.h>

// Operations of one pass where LibTorch takes several, with gradients. On a CPU they are most of what makes a small model fast; on other
// devices they are LibTorch's operations.
namespace madsearch {

/// x / sqrt(mean(x²) + eps) * w over the last axis. x [R, ..., D], w [R, D].
at::Tensor fused_rms_norm(const at::Tensor& x, const at::Tensor& w, double eps);

/// silu(a) * b, of equal shapes.
at::Tensor fused_silu_gate(const at::Tensor& a, const at::Tensor& b);

/// bias + Σ_lag weight[:, :, taps - 1 - lag] x_{t - lag}. x [R, B, T, C], weight [R, C, taps], bias [R, C] or undefined.
at::Tensor fused_short_conv(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias);

/// Whether fused_attention takes these: a CPU, and sequences so short that matrix products do not pay.
bool fuses_attention(const at::Tensor& x);

/// Causal attention before its last projection, [R, B, T, H d]. `queries` [R, B, T, >= H d] begins with the queries of H heads. Of
/// `keys_values` [R, B, T, W] the last 2 G d channels are keys and values of G heads; it may be the same tensor. `turns` [T, 2, d/2]:
/// cosines and sines of the rotary angles, or undefined. A token sees `window` tokens, itself included.
at::Tensor fused_attention(const at::Tensor& queries, const at::Tensor& keys_values, const at::Tensor& turns, std::int64_t H, std::int64_t G,
                           std::int64_t d, std::int64_t window);

}  // namespace madsearch
