#include "primitives/layers/layers.h"

#include <ATen/ATen.h>

#include <cmath>

#include "primitives/ops/fused.h"

namespace madsearch {
namespace {

/// Draws in double on the CPU from a counter-based stream: the same on every platform and device, for any dtype.
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

Linear::Linear(const Build& build, std::int64_t in, std::int64_t out, Options options) {
  const double bound = options.bound.value_or(1 / std::sqrt(static_cast<double>(in)));
  parameter("weight", weight, uniform_init(build, "weight", {out, in}, bound), true);
  if (options.bias) parameter("bias", bias, at::zeros({build.replicas(), out}, build.options), true);
}

Linear::Linear(const Build& build, std::int64_t in, std::int64_t out) : Linear(build, in, out, Options{}) {}

at::Tensor Linear::operator()(const at::Tensor& x) const {
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

namespace {

/// A per-replica vector [R, C] shaped to multiply x [R, ..., C].
at::Tensor along(const at::Tensor& vector, const at::Tensor& x) {
  std::vector<std::int64_t> sizes(static_cast<std::size_t>(x.dim()), 1);
  sizes.front() = vector.size(0);
  sizes.back() = vector.size(1);
  return vector.view(sizes);
}

}  // namespace

RMSNorm::RMSNorm(const Build& build, std::int64_t width, double eps_) : eps(eps_) {
  parameter("weight", weight, at::ones({build.replicas(), width}, build.options));
}

at::Tensor RMSNorm::operator()(const at::Tensor& x) const { return fused_rms_norm(x, weight, eps); }

LayerNorm::LayerNorm(const Build& build, std::int64_t width, double eps_) : eps(eps_) {
  parameter("weight", weight, at::ones({build.replicas(), width}, build.options));
  parameter("bias", bias, at::zeros({build.replicas(), width}, build.options));
}

at::Tensor LayerNorm::operator()(const at::Tensor& x) const {
  return at::layer_norm(x, {x.size(-1)}, {}, {}, eps) * along(weight, x) + along(bias, x);
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
  const auto y = at::layer_norm(x.reshape(parts), {size}, {}, {}, eps).flatten(-2) * along(weight, x);
  return bias.defined() ? y + along(bias, x) : y;
}

at::Tensor l2_normalised(const at::Tensor& x, double eps) { return x * at::rsqrt(at::square(x).sum(-1, true) + eps); }

at::Tensor a_token_later(const at::Tensor& x) { return at::constant_pad_nd(x, {0, 0, 1, -1}); }

ShortConv::ShortConv(const Build& build, std::int64_t channels, std::int64_t taps, bool with_bias) {
  const double bound = 1 / std::sqrt(static_cast<double>(taps));
  parameter("weight", weight, uniform_init(build, "weight", {channels, taps}, bound));
  if (with_bias) parameter("bias", bias, uniform_init(build, "bias", {channels}, bound));
}

at::Tensor ShortConv::operator()(const at::Tensor& x) const { return fused_short_conv(x, weight, bias); }

at::Tensor ShortConv::step(const at::Tensor& x, at::Tensor& cache) const {
  const auto taps = weight.size(2);
  if (!cache.defined()) cache = at::zeros({x.size(0), x.size(1), taps - 1, x.size(2)}, x.options());
  const auto window = at::cat({cache, x.unsqueeze(2)}, 2);  // [R, B, taps, C]
  cache = window.slice(2, 1);
  const auto y = (window * weight.transpose(1, 2).unsqueeze(1)).sum(2);
  return bias.defined() ? y + bias.unsqueeze(1) : y;
}

at::Tensor rotary_turns(std::int64_t T, std::int64_t n, const at::TensorOptions& options, std::int64_t offset) {
  const auto half = n / 2;
  const auto j = at::arange(half, options.dtype(at::kDouble)),
             t = at::arange(offset, offset + T, options.dtype(at::kDouble));
  const auto angle = t.unsqueeze(1) * at::pow(10000.0, -j / static_cast<double>(half));  // [T, n/2]
  return at::stack({at::cos(angle), at::sin(angle)}, 1).to(options.dtype());
}

at::Tensor rotary(const at::Tensor& x, std::int64_t offset) {
  return turned_pairs(x, rotary_turns(x.size(-2), x.size(-1), x.options(), offset));
}

at::Tensor turned_pairs(const at::Tensor& x, const at::Tensor& turns) {
  const auto half = x.size(-1) / 2;
  const auto cosine = turns.select(1, 0), sine = turns.select(1, 1);
  const auto a = x.slice(-1, 0, half), b = x.slice(-1, half, 2 * half);
  return at::cat({a * cosine - b * sine, a * sine + b * cosine}, -1);
}

at::Tensor causal_convolution(const at::Tensor& u, const at::Tensor& h) {
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

at::Tensor causal_convolution_step(const at::Tensor& u, const at::Tensor& h, at::Tensor& past) {
  past = past.defined() ? at::cat({past, u.unsqueeze(2)}, 2) : u.unsqueeze(2);
  return (past * h.flip(-1).transpose(1, 2).unsqueeze(1)).sum(2);  // the oldest input meets the latest tap
}

}  // namespace madsearch
