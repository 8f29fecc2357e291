#include "primitives/layers/linear.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "primitives/layers/initial_values.h"
#include "primitives/layers/without_autocast.h"

namespace madsearch {

Linear::Linear(const Build& build, std::int64_t in, std::int64_t out, Options options) {
  auto bound = options.bound.value_or(projection_bound(build.protocol, in));
  if (build.protocol == Protocol::kMadLab) bound = options.mad_lab_bound.value_or(bound);
  parameter("weight", weight, uniform_init(build, "weight", {out, in}, bound), true);
  if (options.bias) parameter("bias", bias, at::zeros({build.replicas(), out}, build.options), true);
}

Linear::Linear(const Build& build, std::int64_t in, std::int64_t out) : Linear(build, in, out, Options{}) {}

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  const auto R = x.size(0);
  auto sizes = x.sizes().vec();
  sizes.back() = weight.size(1);
  if (R == 1)  // one plain product: no batch dimension to loop over
    return at::linear(x, weight.squeeze(0), bias.defined() ? std::optional<at::Tensor>(bias.squeeze(0)) : std::nullopt);
  const auto flat = x.reshape({R, -1, x.size(-1)});
  const auto y = bias.defined() ? at::baddbmm(bias.unsqueeze(1), flat, weight.transpose(1, 2))
                                : at::bmm(flat, weight.transpose(1, 2));
  return y.view(sizes);
}

at::Tensor precise_linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  const WithoutAutocast guard(x.device());
  return linear(x.to(weight.scalar_type()), weight, bias);
}

at::Tensor Linear::operator()(const at::Tensor& x) const { return linear(x, weight, bias); }

at::Tensor Linear::precise(const at::Tensor& x) const { return precise_linear(x, weight, bias); }

void draw_normal_weight(const Build& build, Linear& layer, double deviation) {
  const at::NoGradGuard constant;
  layer.weight.copy_(normal_init(build, "weight", layer.weight.sizes().slice(1), deviation));
}

void draw_uniform_bias(const Build& build, Linear& layer) {
  const at::NoGradGuard constant;
  layer.bias.copy_(uniform_init(build, "bias", layer.bias.sizes().slice(1), fan_in_bound(layer.weight.size(2))));
}

}  // namespace madsearch
