#include "primitives/layers/residual_conv.h"

#include <ATen/ATen.h>

namespace madsearch {

ResidualConv::ResidualConv(const Build& build, std::int64_t channels, std::int64_t taps) {
  if (taps == 0) return;
  conv_ = std::make_unique<CausalConv>(build, channels, taps, false);
  child("conv1d", *conv_);
}

at::Tensor ResidualConv::operator()(const at::Tensor& u) const { return conv_ ? u + (*conv_)(u) : u; }

at::Tensor ResidualConv::step(const at::Tensor& u, at::Tensor& cache) const {
  return conv_ ? u + conv_->step(u, cache) : u;
}

}  // namespace madsearch
