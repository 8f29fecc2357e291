#include "primitives/layers/residual_conv.h"

#include <ATen/ATen.h>

namespace madsearch {
namespace {

std::vector<at::Tensor> split_like(const at::Tensor& u, const std::vector<at::Tensor>& parts) {
  std::vector<std::int64_t> channels;
  for (const auto& part : parts) channels.push_back(part.size(-1));
  return u.split_with_sizes(channels, -1);
}

}  // namespace

ResidualConv::ResidualConv(const Build& build, std::int64_t channels, std::int64_t taps) {
  if (taps == 0) return;
  conv_ = std::make_unique<CausalConv>(build.inside("conv1d"), channels, taps, false);
  child("conv1d", *conv_);
}

at::Tensor ResidualConv::operator()(const at::Tensor& u) const { return conv_ ? u + (*conv_)(u) : u; }

at::Tensor ResidualConv::step(const at::Tensor& u, at::Tensor& cache) const {
  return conv_ ? u + conv_->step(u, cache) : u;
}

std::vector<at::Tensor> ResidualConv::operator()(const std::vector<at::Tensor>& parts) const {
  return conv_ ? split_like((*this)(at::cat(parts, -1)), parts) : parts;
}

std::vector<at::Tensor> ResidualConv::step(const std::vector<at::Tensor>& parts, at::Tensor& cache) const {
  return conv_ ? split_like(step(at::cat(parts, -1), cache), parts) : parts;
}

}  // namespace madsearch
