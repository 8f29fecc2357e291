#pragma once
#include <ATen/core/Tensor.h>

// Operations in one pass where LibTorch takes several, with gradients. They make small models fast on a CPU; on other
// devices they are LibTorch's operations. Inputs are float32 or float64, all alike.
namespace madsearch {

/// x / sqrt(mean(x²) + eps) * w over the last axis. x [R, ..., D], w [R, D] -> [R, ..., D].
at::Tensor fused_rms_norm(const at::Tensor& x, const at::Tensor& w, double eps);

/// silu(a) * b, of equal shapes.
at::Tensor fused_silu_gate(const at::Tensor& a, const at::Tensor& b);

/// y_t = bias + Σ_lag weight[:, :, taps - 1 - lag] x_{t - lag}, channel by channel; x is 0 before the first token.
/// x [R, B, T, C], weight [R, C, taps], bias [R, C] or undefined -> [R, B, T, C].
at::Tensor fused_short_conv(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias);

}  // namespace madsearch
