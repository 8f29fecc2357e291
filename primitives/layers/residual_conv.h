#pragma once
#include <memory>
#include <vector>

#include "primitives/layers/causal_conv.h"

namespace madsearch {

/// u + conv(u), or u where there are no taps: a Canon layer inside another layer (Allen-Zhu 2025, arXiv:2512.17351:
/// depthwise, causal, residual, no bias, no activation). weight [R, channels, taps] as of CausalConv.
class ResidualConv : public Module {
 public:
  ResidualConv(const Build& build, std::int64_t channels, std::int64_t taps);
  at::Tensor operator()(const at::Tensor& u) const;  // [R, B, T, C] -> the same
  /// One token u [R, B, C] -> the same; `cache` as of CausalConv, left undefined where there are no taps.
  at::Tensor step(const at::Tensor& u, at::Tensor& cache) const;

  /// The same of parts of u that lie beside each other: [R, B, T, C_i] with Σ C_i = C, or [R, B, C_i] -> the same.
  std::vector<at::Tensor> operator()(const std::vector<at::Tensor>& parts) const;
  std::vector<at::Tensor> step(const std::vector<at::Tensor>& parts, at::Tensor& cache) const;

 private:
  std::unique_ptr<CausalConv> conv_;
};

}  // namespace madsearch
