#include "primitives/layers/norms.h"

#include <ATen/ATen.h>

#include "primitives/ops/fused.h"
#include "primitives/ops/per_channel.h"

namespace madsearch {

RMSNorm::RMSNorm(const Build& build, std::int64_t width, double eps_) : eps(eps_) {
  parameter("weight", weight, at::ones({build.replicas(), width}, build.options));
}

at::Tensor RMSNorm::operator()(const at::Tensor& x) const { return fused_rms_norm(x, weight, eps); }

LayerNorm::LayerNorm(const Build& build, std::int64_t width, double eps_) : eps(eps_) {
  parameter("weight", weight, at::ones({build.replicas(), width}, build.options));
  parameter("bias", bias, at::zeros({build.replicas(), width}, build.options));
}

at::Tensor LayerNorm::operator()(const at::Tensor& x) const {
  return at::layer_norm(x, {x.size(-1)}, {}, {}, eps) * per_channel(weight, x) + per_channel(bias, x);
}

GroupNorm::GroupNorm(const Build& build, std::int64_t groups_, std::int64_t width, double eps_, bool with_bias)
    : groups(groups_), eps(eps_) {
  parameter("weight", weight, at::ones({build.replicas(), width}, build.options));
  if (with_bias) parameter("bias", bias, at::zeros({build.replicas(), width}, build.options));
}

at::Tensor GroupNorm::operator()(const at::Tensor& x) const {
  const auto size = x.size(-1) / groups;
  auto parts = x.sizes().vec();
  parts.back() = groups;
  parts.push_back(size);
  const auto y = at::layer_norm(x.reshape(parts), {size}, {}, {}, eps).flatten(-2) * per_channel(weight, x);
  return bias.defined() ? y + per_channel(bias, x) : y;
}

at::Tensor l2_normalised(const at::Tensor& x, double eps) { return x * at::rsqrt(at::square(x).sum(-1, true) + eps); }

}  // namespace madsearch
