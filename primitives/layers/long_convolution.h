#pragma once
#include <ATen/core/Tensor.h>

namespace madsearch {

/// y_t = Σ_{s≤t} h_{t-s} u_s a channel, by a Toeplitz product for short sequences, else by FFT.
/// u [R, B, C, T], h [R, C, T] -> [R, B, C, T].
at::Tensor long_convolution(const at::Tensor& u, const at::Tensor& h);
/// Its next token: u [R, B, C], h [R, C, t + 1] -> [R, B, C]; `past` [R, B, t, C] holds the inputs before it (undefined
/// at the start) and takes this one.
at::Tensor long_convolution_step(const at::Tensor& u, const at::Tensor& h, at::Tensor& past);

}  // namespace madsearch
