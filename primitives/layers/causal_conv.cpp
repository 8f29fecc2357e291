#include "primitives/layers/causal_conv.h"

#include <ATen/ATen.h>

#include "primitives/layers/initial_values.h"
#include "primitives/ops/fused.h"

namespace madsearch {

CausalConv::CausalConv(const Build& build, std::int64_t channels, std::int64_t taps, bool with_bias) {
  const double bound = fan_in_bound(taps);
  parameter("weight", weight, uniform_init(build, "weight", {channels, taps}, bound));
  if (with_bias) parameter("bias", bias, uniform_init(build, "bias", {channels}, bound));
}

at::Tensor CausalConv::operator()(const at::Tensor& x) const { return fused_short_conv(x, weight, bias); }

at::Tensor CausalConv::step(const at::Tensor& x, at::Tensor& cache) const {
  const auto taps = weight.size(2);
  if (!cache.defined()) cache = at::zeros({x.size(0), x.size(1), taps - 1, x.size(2)}, x.options());
  const auto window = at::cat({cache, x.unsqueeze(2)}, 2);  // [R, B, taps, C]
  cache = window.slice(2, 1);
  const auto y = (window * weight.transpose(1, 2).unsqueeze(1)).sum(2);
  return bias.defined() ? y + bias.unsqueeze(1) : y;
}

}  // namespace madsearch
