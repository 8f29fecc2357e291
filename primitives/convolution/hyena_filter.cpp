#include "primitives/convolution/hyena_filter.h"

#include <ATen/ATen.h>

#include <cmath>
#include <stdexcept>

#include "primitives/layers/initial_values.h"

namespace madsearch {
namespace {

/// The layer in float64. x [R, L, in] -> [R, L, out].
at::Tensor wide(const Linear& layer, const at::Tensor& x) {
  const auto y = at::matmul(x, layer.weight.to(at::kDouble).transpose(1, 2));
  return layer.bias.defined() ? y + layer.bias.to(at::kDouble).unsqueeze(1) : y;
}

}  // namespace

HyenaFilter::HyenaFilter(const Build& build, std::int64_t channels, std::int64_t order)
    : first_(build.inside("implicit_filter.0"), 3, order, {.bias = true}),
      second_(build.inside("implicit_filter.2"), order, order, {.bias = true}),
      third_(build.inside("implicit_filter.4"), order, order, {.bias = true}),
      last_(build.inside("implicit_filter.6"), order, channels) {
  const bool reference = build.protocol == Protocol::kMadLab;
  const auto L = build.max_length;
  const auto wide = at::TensorOptions().dtype(at::kDouble);
  const auto t = at::linspace(0, 1, L, wide);
  const auto w = 2 * M_PI * at::arange(L, wide) / static_cast<double>(L) * (reference ? 1e-4 : 1.0);
  const auto z = at::stack({t, at::cos(w), -at::sin(w)}, -1);
  if (reference) {
    parameter("pos_emb.z", features_, constant_init(build, z));
  } else {
    features_ = z.unsqueeze(0).to(build.options.device());
  }
  child("implicit_filter.0", first_);
  parameter("implicit_filter.1.freq", frequency_,
            at::full({build.replicas(), 1, order}, reference ? 1.0 : 10.0, build.options));
  child("implicit_filter.2", second_);
  child("implicit_filter.4", third_);
  child("implicit_filter.6", last_);
  const auto rates = at::linspace(std::log(0.01) / 1.5, std::log(0.01) / 0.3, channels, wide).abs();
  decay_ = at::exp(-rates.unsqueeze(1) * t).to(build.options.device());
}

at::Tensor HyenaFilter::operator()(std::int64_t length) const {
  if (length > features_.size(1))
    throw std::invalid_argument("a Hyena filter for at most " + std::to_string(features_.size(1)) +
                                " tokens cannot serve " + std::to_string(length));
  const auto z = features_.slice(1, 0, length).to(at::kDouble);
  const auto f = frequency_.to(at::kDouble);
  auto u = at::sin(f * wide(first_, z));
  u = at::sin(f * wide(second_, u));
  u = at::sin(f * wide(third_, u));
  const auto h = wide(last_, u).transpose(1, 2) * decay_.slice(1, 0, length);  // [R, channels, length]
  return h.to(frequency_.scalar_type());
}

}  // namespace madsearch
