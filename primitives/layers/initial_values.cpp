#include "primitives/layers/initial_values.h"

#include <ATen/ATen.h>

#include <cmath>

namespace madsearch {
namespace {

/// One call of `one` a number, with a counter-based stream a replica: the same numbers on every platform.
template <class Draw>
at::Tensor draw(const Build& build, const std::string& name, at::IntArrayRef shape, Draw&& one) {
  std::vector<std::int64_t> sizes{build.replicas()};
  sizes.insert(sizes.end(), shape.begin(), shape.end());
  auto out = at::empty(sizes, at::kDouble);
  auto* data = out.data_ptr<double>();
  const auto count = out.numel() / build.replicas();
  for (const auto& seed : build.seeds) {
    Rng rng(seed.derive(build.prefix + name));
    for (std::int64_t i = 0; i < count; ++i) *data++ = one(rng);
  }
  return out.to(build.options);
}

}  // namespace

at::Tensor uniform_init(const Build& build, const std::string& name, at::IntArrayRef shape, double bound) {
  return draw(build, name, shape, [bound](Rng& rng) { return bound * (2 * uniform(rng) - 1); });
}

at::Tensor normal_init(const Build& build, const std::string& name, at::IntArrayRef shape, double deviation) {
  return draw(build, name, shape, [deviation](Rng& rng) { return deviation * normal(rng); });
}

at::Tensor constant_init(const Build& build, const at::Tensor& value) {
  std::vector<std::int64_t> sizes{build.replicas()};
  sizes.insert(sizes.end(), value.sizes().begin(), value.sizes().end());
  return value.to(build.options).unsqueeze(0).expand(sizes).contiguous();
}

double projection_bound(Protocol protocol, std::int64_t in) {
  return protocol == Protocol::kMadLab ? fan_in_bound(in) : std::sqrt(3.0) * kProjectionScale * fan_in_bound(in);
}

double fan_in_bound(std::int64_t in) { return 1 / std::sqrt(static_cast<double>(in)); }

double xavier_bound(std::int64_t in, std::int64_t out, double gain) {
  return gain * std::sqrt(6.0 / static_cast<double>(in + out));
}

double small_gain() { return std::exp2(-2.5); }

at::Tensor inverse_softplus(const at::Tensor& y) { return y + at::log(-at::expm1(-y)); }

}  // namespace madsearch
