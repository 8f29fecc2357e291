#pragma once
#include <ATen/core/Tensor.h>

// Operations in one pass where LibTorch takes several, with gradients: on a CPU and, within the limits of fused_gpu.h,
// on a GPU. Beyond them they are LibTorch's operations. Inputs are float32 or float64, all alike; on a GPU what a
// module normalises, gates or convolves may be bfloat16 beside weights of float32.
namespace madsearch {

/// x / sqrt(mean(x²) + eps) * w over the last axis. x [R, ..., D], w [R, D] -> [R, ..., D].
at::Tensor fused_rms_norm(const at::Tensor& x, const at::Tensor& w, double eps);

/// silu(a) * b, of equal shapes.
at::Tensor fused_silu_gate(const at::Tensor& a, const at::Tensor& b);

/// y_t = bias + Σ_lag weight[:, :, taps - 1 - lag] x_{t - lag}, channel by channel; x is 0 before the first token.
/// x [R, B, T, C], weight [R, C, taps], bias [R, C] or undefined -> [R, B, T, C].
at::Tensor fused_short_conv(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias);

}  // namespace madsearch
