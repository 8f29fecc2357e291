#include <ATen/ATen.h>

#include <cmath>
#include <optional>

#include "primitives/layers/causal_conv.h"
#include "primitives/layers/initial_values.h"
#include "primitives/layers/linear.h"
#include "primitives/layers/norms.h"
#include "primitives/mixer.h"
#include "primitives/ops/inner_training.h"
#include "primitives/ops/rotary.h"
#include "primitives/shared_knobs.h"

namespace madsearch {
namespace {

constexpr double kDeviation = 0.02;      // of all initial weights of the authors
constexpr std::int64_t kTheirSize = 64;  // of their heads
constexpr double kEps = 1e-6;

class TTTLinear : public Mixer {
 public:
  TTTLinear(const Settings& set, const Build& build)
      : heads_(set.count("heads")),
        size_(build.width / heads_),
        mini_batch_(set.count("mini_batch")),
        q_(build.inside("q_proj"), build.width, build.width),
        v_(build.inside("v_proj"), build.width, build.width),
        out_(build.inside("o_proj"), build.width, build.width),
        rate_(build.inside("learnable_ttt_lr"), build.width, heads_, {.bias = true}),
        post_norm_(build.inside("post_norm"), build.width, kEps) {
    const auto F = size_, H = heads_;
    linear("q_proj", q_, build);
    if (taps(set)) {  // one projection, two convolutions
      child("conv_q", conv_q_.emplace(build.inside("conv_q"), build.width, taps(set)));
      child("conv_k", conv_k_.emplace(build.inside("conv_k"), build.width, taps(set)));
    } else {
      linear("k_proj", k_.emplace(build.inside("k_proj"), build.width, build.width), build);
    }
    linear("v_proj", v_, build);
    linear("o_proj", out_, build);
    linear("learnable_ttt_lr", rate_, build);
    if (on(set, "gate")) linear("g_proj", gate_.emplace(build.inside("g_proj"), build.width, build.width), build);
    child("post_norm", post_norm_);
    parameter("learnable_token_idx", place_, at::zeros({build.replicas(), mini_batch_}, build.options));
    parameter("ttt_norm_weight", norm_weight_, at::ones({build.replicas(), H, F}, build.options));
    parameter("ttt_norm_bias", norm_bias_, at::zeros({build.replicas(), H, F}, build.options));
    const bool reference = build.protocol == Protocol::kMadLab;
    const auto wider = reference ? 1 : std::sqrt(static_cast<double>(kTheirSize) / static_cast<double>(F));
    parameter("W1", W_, normal_init(build, "W1", {H, F, F}, kDeviation * wider));
    parameter("b1", b_, at::zeros({build.replicas(), H, F}, build.options));
  }

  at::Tensor forward(const at::Tensor& x) override {
    const auto R = x.size(0), B = x.size(1), T = x.size(2), D = x.size(3);
    // [R, B, H, T, F]
    const auto heads = [&](const at::Tensor& u) { return u.view({R, B, T, heads_, size_}).transpose(2, 3); };
    const auto of_all = [&](const at::Tensor& u) { return for_sequences(u, B); };
    const auto shared = q_(x);
    const auto q = rotated(heads(conv_q_ ? (*conv_q_)(shared) : shared));
    const auto k = rotated(heads(conv_k_ ? (*conv_k_)(shared) : (*k_)(x)));
    const auto trained =
        train_inner({.q = q,
                     .k = k,
                     .v = heads(v_(x)),
                     .rate = rates(x).transpose(2, 3),
                     .scale = scales().view({R, 1, 1, mini_batch_}).expand({R, B, heads_, mini_batch_}),
                     .weight = of_all(norm_weight_),
                     .bias = of_all(norm_bias_),
                     .W = of_all(W_),
                     .b = of_all(b_)});
    const auto z = q + normalised(trained.z, norm_weight_.view({R, 1, heads_, 1, size_}),
                                  norm_bias_.view({R, 1, heads_, 1, size_}));
    return answer(x, z.transpose(2, 3).reshape({R, B, T, D}));
  }

  at::Tensor step(const at::Tensor& x, State& state) override {
    const auto R = x.size(0), B = x.size(1), D = x.size(2), i = state.position % mini_batch_;
    const auto heads = [&](const at::Tensor& u) { return u.view({R, B, heads_, 1, size_}); };
    auto& carried = state.tensors;
    if (carried.empty()) {
      carried = {for_sequences(W_, B), for_sequences(b_, B).unsqueeze(-2)};
      if (mini_batch_ > 1) carried.insert(carried.end(), {at::zeros_like(carried[0]), at::zeros_like(carried[1])});
      if (conv_q_) carried.emplace_back();
    }
    const auto shared = q_(x);
    at::Tensor query = shared;
    at::Tensor key;
    if (conv_q_) {
      auto cache = carried.back();  // of both convolutions: they read the same projection
      query = conv_q_->step(shared, cache);
      key = conv_k_->step(shared, carried.back());
    } else {
      key = (*k_)(x);
    }
    const auto q = rotary(heads(query), i);
    const auto k = rotary(heads(key), i);  // [R, B, H, 1, F]
    const auto weight = norm_weight_.view({R, 1, heads_, 1, size_});
    const auto bias = norm_bias_.view({R, 1, heads_, 1, size_});
    auto &W = carried[0], &b = carried[1];

    const auto Z = at::matmul(k, W) + b;
    const auto centred = Z - Z.mean(-1, true);
    const auto inverse = at::rsqrt(at::square(centred).mean(-1, true) + kEps);
    const auto u = centred * inverse;
    const auto d = weight * (weight * u + bias - (heads(v_(x)) - k));
    const auto g = inverse * (d - d.mean(-1, true) - u * (d * u).mean(-1, true)) * rates(x).unsqueeze(-1).unsqueeze(-1);
    auto dW = at::matmul(k.transpose(-1, -2), g);
    auto db = g;
    if (mini_batch_ > 1) {
      dW = carried[2] = carried[2] + dW;
      db = carried[3] = carried[3] + db;
    }
    const auto s = scales().select(1, i).view({R, 1, 1, 1, 1});
    const auto now_W = W - s * dW;
    const auto now_b = b - s * db;
    const auto z = q + normalised(at::matmul(q, now_W) + now_b, weight, bias);
    if (i + 1 == mini_batch_) {
      W = now_W;
      b = now_b;
      if (mini_batch_ > 1) {
        carried[2] = at::zeros_like(dW);
        carried[3] = at::zeros_like(db);
      }
    }
    ++state.position;
    return answer(x, z.reshape({R, B, D}));
  }

 private:
  void linear(const std::string& name, Linear& layer, const Build& build) {
    if (build.protocol == Protocol::kMadLab) draw_normal_weight(build.inside(name), layer, kDeviation);
    child(name, layer);
  }

  /// [R, H, ...] -> [R, B, H, ...]
  static at::Tensor for_sequences(const at::Tensor& parameter, std::int64_t B) {
    auto sizes = parameter.sizes().vec();
    sizes.insert(sizes.begin() + 1, B);
    return parameter.unsqueeze(1).expand(sizes);
  }

  // [R, B, (T,) H]
  at::Tensor rates(const at::Tensor& x) const { return at::sigmoid(rate_(x)) / static_cast<double>(size_); }

  at::Tensor scales() const {
    const auto places = at::arange(1, mini_batch_ + 1, place_.options().requires_grad(false));
    return at::clamp_min(at::reciprocal(places) + place_, 0);
  }

  /// x [R, B, H, T, F], each token turned by its place in its mini-batch.
  at::Tensor rotated(const at::Tensor& x) const {
    const auto T = x.size(3), batches = (T + mini_batch_ - 1) / mini_batch_;
    const auto padded = at::constant_pad_nd(x, {0, 0, 0, batches * mini_batch_ - T});
    return rotary(padded.unflatten(3, {batches, mini_batch_})).flatten(3, 4).slice(3, 0, T);
  }

  at::Tensor normalised(const at::Tensor& z, const at::Tensor& weight, const at::Tensor& bias) const {
    return at::layer_norm(z, {size_}, {}, {}, kEps) * weight + bias;
  }

  at::Tensor answer(const at::Tensor& x, const at::Tensor& z) const {
    const auto y = post_norm_(z);
    return out_(gate_ ? y * at::gelu((*gate_)(x), "tanh") : y);
  }

  std::int64_t heads_, size_, mini_batch_;
  Linear q_, v_, out_, rate_;
  LayerNorm post_norm_;
  std::optional<Linear> k_, gate_;
  std::optional<CausalConv> conv_q_, conv_k_;
  at::Tensor place_, norm_weight_, norm_bias_, W_, b_;  // [R, n], [R, H, F], [R, H, F], [R, H, F, F], [R, H, F]
};

}  // namespace

std::unique_ptr<Mixer> build_ttt_linear(const Settings& set, const Build& build, Mixer*) {
  return std::make_unique<TTTLinear>(set, build);
}

}  // namespace madsearch
