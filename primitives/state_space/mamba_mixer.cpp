#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <optional>

#include "primitives/layers/causal_conv.h"
#include "primitives/layers/initial_values.h"
#include "primitives/layers/linear.h"
#include "primitives/mixer.h"
#include "primitives/ops/selective_scan.h"
#include "primitives/shared_knobs.h"
#include "primitives/state_space/step_sizes.h"

namespace madsearch {
namespace {

class Mamba : public Mixer {
 public:
  Mamba(const Settings& set, const Build& build)
      : states_(set.count("state")),
        channels_(set.at("expand").of(build.width)),
        rank_((build.width + 15) / 16),
        in_(build.inside("in_proj"), build.width, 2 * channels_),
        x_(build.inside("x_proj"), channels_, rank_ + 2 * states_),
        dt_(build.inside("dt_proj"), rank_, channels_, {.bias = true}),
        out_(build.inside("out_proj"), channels_, build.width) {
    const auto numbers = at::arange(1, states_ + 1, at::kDouble).log();
    parameter("A_log", A_log_, constant_init(build, numbers.expand({channels_, states_})));
    parameter("D", D_, at::ones({build.replicas(), channels_}, build.options));
    child("in_proj", in_);
    if (const auto k = taps(set)) child("conv1d", conv_.emplace(build.inside("conv1d"), channels_, k));
    child("x_proj", x_);
    child("dt_proj", dt_);
    child("out_proj", out_);
    // Steps log-uniform in [1e-3, 0.1], at least 1e-4; the bias is their inverse softplus.
    const at::NoGradGuard constant;
    dt_.bias.copy_(inverse_softplus(log_uniform_steps(build, "dt_steps", channels_).clamp_min(1e-4)));
  }

  at::Tensor forward(const at::Tensor& x) override {
    const auto uz = in_(x).chunk(2, -1);  // [R, B, T, I] each
    const auto u = at::silu(conv_ ? (*conv_)(uz[0]) : uz[0]);
    const auto parts = x_(u).split_with_sizes({rank_, states_, states_}, -1);
    const auto delta = at::softplus(dt_(parts[0]));
    const auto A = -at::exp(A_log_).transpose(1, 2);  // [R, N, I]
    const auto y = selective_scan(u, delta, A, parts[1], parts[2]) + u * D_.unsqueeze(1).unsqueeze(1);
    return out_(y * at::silu(uz[1]));
  }

  at::Tensor step(const at::Tensor& x, State& state) override {
    if (state.tensors.empty())
      state.tensors = {at::zeros({x.size(0), x.size(1), channels_, states_}, x.options()), at::Tensor()};
    auto &h = state.tensors[0], &cache = state.tensors[1];
    const auto uz = in_(x).chunk(2, -1);  // [R, B, I]
    const auto u = at::silu(conv_ ? conv_->step(uz[0], cache) : uz[0]);
    const auto parts = x_(u).split_with_sizes({rank_, states_, states_}, -1);
    const auto delta = at::softplus(dt_(parts[0])).unsqueeze(-1);
    h = at::exp(delta * -at::exp(A_log_).unsqueeze(1)) * h + delta * parts[1].unsqueeze(2) * u.unsqueeze(-1);
    ++state.position;
    const auto y = (h * parts[2].unsqueeze(2)).sum(-1) + u * D_.unsqueeze(1);
    return out_(y * at::silu(uz[1]));
  }

 private:
  std::int64_t states_, channels_, rank_;
  Linear in_;
  std::optional<CausalConv> conv_;
  Linear x_, dt_, out_;
  at::Tensor A_log_, D_;  // [R, I, N], [R, I]
};

}  // namespace

std::unique_ptr<Mixer> build_mamba(const Settings& set, const Build& build, Mixer*) {
  return std::make_unique<Mamba>(set, build);
}

}  // namespace madsearch
