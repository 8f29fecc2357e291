#include <ATen/ATen.h>

#include <stdexcept>

#include "primitives/layers/distillation.h"
#include "primitives/layers/initial_values.h"
#include "primitives/layers/linear.h"
#include "primitives/layers/long_convolution.h"
#include "primitives/mixer.h"

namespace madsearch {
namespace {

/// N(0, 0.02), faded at a rate that rises geometrically over the channels. [R, D, L]
at::Tensor fading_init(const Build& build) {
  const auto D = build.width, L = build.max_length;
  const auto wide = at::TensorOptions().dtype(at::kDouble);
  const auto rate = at::pow(static_cast<double>(D / 2), at::arange(D, wide) / static_cast<double>(D));
  const auto fade = at::exp(-rate.unsqueeze(1) * at::arange(L, wide) / static_cast<double>(L));
  return normal_init(build, "kernel", {D, L}, 0.02) * fade.to(build.options);
}

class LongConv : public Mixer {
 public:
  LongConv(const Settings& set, const Build& build)
      : smooth_(set.at("smooth").is_word() ? 1 : set.count("smooth")),
        out_(build.inside("output_linear"), build.width, 2 * build.width, {.bias = true}) {
    parameter("kernel", kernel_, fading_init(build));
    parameter("D", skip_, normal_init(build, "D", {build.width}, 1));
    child("output_linear", out_);
  }

  at::Tensor forward(const at::Tensor& x) override {
    const auto u = x.transpose(2, 3);  // [R, B, D, T]
    const auto h = distilled() ? distilled()->responses(x.size(2)) : filter(x.size(2));
    const auto y = long_convolution(u, h) + u * skip_.unsqueeze(1).unsqueeze(-1);
    return at::glu(out_(at::gelu(y.transpose(2, 3))), -1);
  }

  at::Tensor step(const at::Tensor& x, State& state) override {
    if (state.tensors.empty()) state.tensors.resize(1);
    auto& memory = state.tensors[0];
    ++state.position;
    const auto y = distilled() ? distilled()->step(x.unsqueeze(-1), memory).squeeze(-1)
                               : long_convolution_step(x, filter(state.position), memory);
    return at::glu(out_(at::gelu(y + x * skip_.unsqueeze(1))), -1);
  }

  at::Tensor long_filters() const override { return filter(kernel_.size(2)); }

 private:
  at::Tensor filter(std::int64_t length) const {  // [R, D, length]
    if (length > kernel_.size(2))
      throw std::invalid_argument("long_conv for at most " + std::to_string(kernel_.size(2)) + " tokens cannot take " +
                                  std::to_string(length));
    const auto mean = smooth_ > 1 ? at::avg_pool1d(kernel_, smooth_, 1, smooth_ / 2) : kernel_;
    constexpr double kLambda = 0.001;
    return at::softshrink(mean, kLambda).slice(-1, 0, length);
  }

  std::int64_t smooth_;
  at::Tensor kernel_, skip_;  // [R, D, L], [R, D]
  Linear out_;
};

}  // namespace

std::unique_ptr<Mixer> build_long_conv(const Settings& set, const Build& build, Mixer*) {
  return std::make_unique<LongConv>(set, build);
}

}  // namespace madsearch
