#include <ATen/ATen.h>

#include <cmath>
#include <optional>

#include "primitives/layers/causal_conv.h"
#include "primitives/layers/linear.h"
#include "primitives/layers/norms.h"
#include "primitives/mixer.h"
#include "primitives/ops/mesa_regression.h"
#include "primitives/shared_knobs.h"

namespace madsearch {
namespace {

constexpr double kLeastLambda = 0.25;

class MesaNet : public Mixer {
 public:
  MesaNet(const Settings& set, const Build& build)
      : heads_(set.count("heads")),
        size_(build.width / heads_),
        q_(build.inside("q_proj"), build.width, build.width),
        k_(build.inside("k_proj"), build.width, build.width),
        v_(build.inside("v_proj"), build.width, build.width),
        decay_(build.inside("a_proj"), build.width, heads_, {.bias = true}),
        beta_(build.inside("b_proj"), build.width, heads_, {.bias = true}),
        out_(build.inside("o_proj"), build.width, build.width),
        norm_(build.inside("o_norm"), size_) {
    const auto linear = [&](const std::string& name, Linear& layer) {
      if (build.protocol == Protocol::kMadLab) draw_normal_weight(build.inside(name), layer);
      child(name, layer);
    };
    parameter("lambda_params", lambda_,
              at::full({build.replicas(), heads_, size_}, std::log(std::expm1(1 - kLeastLambda)), build.options));
    linear("q_proj", q_);
    linear("k_proj", k_);
    linear("v_proj", v_);
    linear("a_proj", decay_);
    linear("b_proj", beta_);
    if (taps(set)) {
      child("q_conv1d", conv_q_.emplace(build.inside("q_conv1d"), build.width, taps(set), false));
      child("k_conv1d", conv_k_.emplace(build.inside("k_conv1d"), build.width, taps(set), false));
    }
    if (on(set, "gate")) linear("g_proj", gate_.emplace(build.inside("g_proj"), build.width, build.width));
    child("o_norm", norm_);
    linear("o_proj", out_);
  }

  at::Tensor forward(const at::Tensor& x) override {
    const auto R = x.size(0), B = x.size(1), T = x.size(2), D = x.size(3);
    // [R, B, H, T, F]
    const auto heads = [&](const at::Tensor& u) { return u.view({R, B, T, heads_, size_}).transpose(2, 3); };
    const auto normal = [&](const Linear& layer, const std::optional<CausalConv>& conv) {
      const auto u = layer(x);
      return l2_normalised(heads(at::silu(conv ? (*conv)(u) : u)));
    };
    const auto [o, state] = mesa_regression({.q = normal(q_, conv_q_),
                                             .k = normal(k_, conv_k_),
                                             .v = heads(v_(x)),
                                             .log_decay = at::log_sigmoid(decay_.precise(x)).transpose(2, 3),
                                             .beta = at::sigmoid(beta_.precise(x)).transpose(2, 3),
                                             .lambda = lambda().unsqueeze(1).expand({R, B, heads_, size_})});
    return answer(x, norm_(o.transpose(2, 3)).reshape({R, B, T, D}));
  }

  at::Tensor step(const at::Tensor& x, State& state) override {
    const auto R = x.size(0), B = x.size(1), D = x.size(2);
    const auto heads = [&](const at::Tensor& u) { return u.view({R, B, heads_, size_}); };
    auto& carried = state.tensors;
    if (carried.empty()) {
      carried = {at::zeros({R, B, heads_, size_, size_}, x.options()),
                 at::zeros({R, B, heads_, size_, size_}, x.options())};
      if (conv_q_) carried.resize(4);
    }
    const auto normal = [&](const Linear& layer, const std::optional<CausalConv>& conv, std::size_t cache) {
      const auto u = layer(x);
      return l2_normalised(heads(at::silu(conv ? conv->step(u, carried[cache]) : u)));
    };
    const auto q = normal(q_, conv_q_, 2);
    const auto k = normal(k_, conv_k_, 3);
    const auto one = [](const at::Tensor& u) { return u.unsqueeze(-1).unsqueeze(-1); };  // [R, B, H] -> [R, B, H, 1, 1]
    const auto decay = one(at::sigmoid(decay_.precise(x)));
    const auto written = one(at::sigmoid(beta_.precise(x))) * k.unsqueeze(-1);
    auto &A = carried[0], &past = carried[1];
    A = decay * A + written * k.unsqueeze(-2);
    past = decay * past + written * heads(v_(x)).unsqueeze(-2);
    ++state.position;
    const auto solution =
        at::linalg_solve(A + at::diag_embed(lambda()).unsqueeze(1), q.unsqueeze(-1));  // [R, B, H, F, 1]
    return answer(x, norm_((solution * past).sum(-2)).reshape({R, B, D}));
  }

 private:
  at::Tensor lambda() const { return at::softplus(lambda_) + kLeastLambda; }

  at::Tensor answer(const at::Tensor& x, const at::Tensor& o) const {
    return out_(gate_ ? o * at::silu((*gate_)(x)) : o);
  }

  std::int64_t heads_, size_;
  Linear q_, k_, v_, decay_, beta_, out_;
  RMSNorm norm_;
  std::optional<CausalConv> conv_q_, conv_k_;
  std::optional<Linear> gate_;
  at::Tensor lambda_;  // [R, H, F]
};

}  // namespace

std::unique_ptr<Mixer> build_mesa_net(const Settings& set, const Build& build, Mixer*) {
  return std::make_unique<MesaNet>(set, build);
}

}  // namespace madsearch
