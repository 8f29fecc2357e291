#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <optional>

#include "primitives/layers/causal_conv.h"
#include "primitives/layers/initial_values.h"
#include "primitives/layers/linear.h"
#include "primitives/mixer.h"
#include "primitives/ops/function.h"
#include "primitives/ops/gated_scan.h"
#include "primitives/ops/per_channel.h"
#include "primitives/recurrent/headwise.h"
#include "primitives/recurrent/rg_lru.h"
#include "primitives/shared_knobs.h"

namespace madsearch {
namespace {

/// √(1 - a²) from log a. Where a is 1 the root has no slope: it is bounded as d√u/du ≤ 1000.
struct InputScaleFunction : Function<InputScaleFunction> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& log_a) {
    const auto root = at::sqrt(-at::expm1(2 * log_a));
    ctx->save_for_backward({root});
    return root;
  }
  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const auto [root] = saved_tensors<1>(ctx);
    return {gradients[0] * (root * root - 1) / at::clamp_min(root, 5e-4)};
  }
};

/// log σ(Λ) at first, [R, I].
at::Tensor initial_log_base(const std::string& decay_range, const Build& build, std::int64_t channels) {
  const auto around = [&](double middle, double bound) {
    return middle + uniform_init(build, "lambda", {channels}, bound);
  };
  if (decay_range == "power") return at::log(around(0.9495, 0.0495)) / 8;  // σ(Λ)^8 in [0.9, 0.999]
  return at::log(around(0.9040005, 0.0940005)) / 2;                        // σ(Λ)² in [0.9², 0.999²]
}

class RGLRU : public Mixer {
 public:
  RGLRU(const Settings& set, const Build& build)
      : channels_(rg_lru_channels(set, build.width)),
        branch_(build.inside("linear_y"), build.width, channels_, {.bias = true}),
        in_(build.inside("linear_x"), build.width, channels_, {.bias = true}),
        out_(build.inside("linear_out"), channels_, build.width, {.bias = true}) {
    const auto I = channels_, H = set.count("heads"), d = I / H;
    const auto log_a = initial_log_base(set.word("decay_range"), build, I);
    parameter("lambda", lambda_, log_a - at::log(-at::expm1(log_a)));  // the logit
    parameter("gates.weight", gates_, headwise_init(build, "gates.weight", {H, 2, d, d}, fan_in_bound(d)));
    parameter("gates.bias", gates_bias_, at::zeros({build.replicas(), 2 * I}, build.options));
    child("linear_y", branch_);
    child("linear_x", in_);
    if (taps(set)) child("conv1d", conv_.emplace(build.inside("conv1d"), I, taps(set)));
    child("linear_out", out_);
    const at::NoGradGuard constant;
    if (conv_) conv_->bias.zero_();
    if (build.protocol == Protocol::kMadLab) draw_as_recurrent_gemma(build);
  }

  at::Tensor forward(const at::Tensor& x) override {
    const auto u = conv_ ? (*conv_)(in_(x)) : in_(x);  // [R, B, T, I]
    const auto [log_a, taken] = recurrence(u);
    return out_(gated_scan(log_a, taken, {}, Decay::kLogarithm) * at::gelu(branch_(x), "tanh"));
  }

  at::Tensor step(const at::Tensor& x, State& state) override {
    if (state.tensors.empty())
      state.tensors = {at::zeros({x.size(0), x.size(1), channels_}, x.options()), at::Tensor()};
    auto& h = state.tensors[0];
    const auto u = conv_ ? conv_->step(in_(x), state.tensors[1]) : in_(x);  // [R, B, I]
    const auto [log_a, taken] = recurrence(u);
    h = at::exp(log_a) * h + taken;
    ++state.position;
    return out_(h * at::gelu(branch_(x), "tanh"));
  }

 private:
  void draw_as_recurrent_gemma(const Build& build) {
    draw_normal_weight(build.inside("linear_y"), branch_, fan_in_bound(build.width));
    draw_normal_weight(build.inside("linear_x"), in_, fan_in_bound(build.width));
    draw_normal_weight(build.inside("linear_out"), out_, fan_in_bound(channels_));
    if (!conv_) return;
    const auto k = conv_->weight.size(2);
    const double deviation = 0.1 / std::sqrt(static_cast<double>(k));
    conv_->weight.copy_(normal_init(build.inside("conv1d"), "weight", {channels_, k}, deviation));
  }

  /// log a and √(1 - a²) i u, each of the sizes of u [R, ..., I].
  std::pair<at::Tensor, at::Tensor> recurrence(const at::Tensor& u) const {
    const auto gates = at::sigmoid(headwise_product(u, gates_) + per_channel(gates_bias_, u)).chunk(2, -1);  // r, i
    const auto log_a = gates[0] * per_channel(8 * at::log_sigmoid(lambda_), u);
    return {log_a, InputScaleFunction::apply(log_a) * (gates[1] * u)};
  }

  std::int64_t channels_;
  Linear branch_, in_;
  std::optional<CausalConv> conv_;
  Linear out_;
  at::Tensor lambda_, gates_, gates_bias_;  // [R, I], [R, H, 2, I/H, I/H], [R, 2 I]
};

}  // namespace

std::unique_ptr<Mixer> build_rg_lru(const Settings& set, const Build& build, Mixer*) {
  return std::make_unique<RGLRU>(set, build);
}

}  // namespace madsearch
