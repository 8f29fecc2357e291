#include "primitives/layers/long_convolution.h"

#include <ATen/ATen.h>

namespace madsearch {

at::Tensor long_convolution(const at::Tensor& u, const at::Tensor& h) {
  const auto T = u.size(-1);
  constexpr std::int64_t kToeplitz = 128;  // up to here a matrix product beats three transforms
  if (T <= kToeplitz) {
    const auto position = at::arange(T, u.options().dtype(at::kLong));
    const auto lag = position - position.unsqueeze(1);  // [s, t] -> t - s
    const auto matrix = h.index_select(-1, lag.clamp_min(0).flatten()).view({h.size(0), h.size(1), T, T}) * (lag >= 0);
    return at::matmul(u.transpose(1, 2), matrix).transpose(1, 2);  // [R, C, B, s] [R, C, s, t]
  }
  const auto spectrum = at::fft_rfft(u, 2 * T) * at::fft_rfft(h, 2 * T).unsqueeze(1);
  return at::fft_irfft(spectrum, 2 * T).slice(-1, 0, T);
}

at::Tensor long_convolution_step(const at::Tensor& u, const at::Tensor& h, at::Tensor& past) {
  past = past.defined() ? at::cat({past, u.unsqueeze(2)}, 2) : u.unsqueeze(2);
  return (past * h.flip(-1).transpose(1, 2).unsqueeze(1)).sum(2);  // the oldest input meets the latest tap
}

}  // namespace madsearch
