#include <ATen/ATen.h>

#include <optional>

#include "primitives/layers/causal_conv.h"
#include "primitives/layers/initial_values.h"
#include "primitives/layers/linear.h"
#include "primitives/layers/norms.h"
#include "primitives/mixer.h"
#include "primitives/ops/gated_recurrence.h"
#include "primitives/shared_knobs.h"
#include "primitives/state_space/step_sizes.h"

namespace madsearch {
namespace {

class Mamba2 : public Mixer {
 public:
  Mamba2(const Settings& set, const Build& build)
      : states_(set.count("state")),
        channels_(set.at("expand").of(build.width)),
        heads_(channels_ / set.count("head_size")),
        in_(build.inside("in_proj"), build.width, 2 * channels_ + 2 * states_ + heads_),
        norm_(build.inside("norm"), channels_),
        out_(build.inside("out_proj"), channels_, build.width) {
    if (const auto k = taps(set)) conv_.emplace(build.inside("conv1d"), channels_ + 2 * states_, k);
    parameter("dt_bias", dt_bias_, inverse_softplus(log_uniform_steps(build, "dt_bias", heads_)));
    parameter("A_log", A_log_, at::log(8.5 + uniform_init(build, "A_log", {heads_}, 7.5)));
    parameter("D", D_, at::ones({build.replicas(), heads_}, build.options));
    child("in_proj", in_);
    if (conv_) child("conv1d", *conv_);
    child("norm", norm_);
    child("out_proj", out_);
  }

  at::Tensor forward(const at::Tensor& x) override {
    const auto R = x.size(0), B = x.size(1), T = x.size(2), P = channels_ / heads_;
    const auto all = in_(x).split_with_sizes({channels_, channels_ + 2 * states_, heads_}, -1);  // z, u, δ
    const auto parts = at::silu(conv_ ? (*conv_)(all[1]) : all[1]).split_with_sizes({channels_, states_, states_}, -1);
    const auto heads = [&](const at::Tensor& u) {
      return u.unsqueeze(2).expand({R, B, heads_, T, u.size(-1)});
    };                                                                   // one for all heads
    const auto v = parts[0].view({R, B, T, heads_, P}).transpose(2, 3);  // [R, B, H, T, P]
    const auto delta =
        at::softplus(all[2] + dt_bias_.unsqueeze(1).unsqueeze(1)).transpose(2, 3).unsqueeze(-1);  // [R, B, H, T, 1]
    const auto rate = -at::exp(A_log_).view({R, 1, heads_, 1, 1});
    const auto y =
        gated_recurrence(heads(parts[2]), heads(parts[1]), delta * rate, delta * v) + D_.view({R, 1, heads_, 1, 1}) * v;
    return gated(y.transpose(2, 3).reshape({R, B, T, channels_}), all[0]);
  }

  at::Tensor step(const at::Tensor& x, State& state) override {
    const auto R = x.size(0), B = x.size(1), P = channels_ / heads_;
    if (state.tensors.empty()) state.tensors = {at::zeros({R, B, heads_, states_, P}, x.options()), at::Tensor()};
    auto &S = state.tensors[0], &cache = state.tensors[1];
    const auto all = in_(x).split_with_sizes({channels_, channels_ + 2 * states_, heads_}, -1);
    const auto parts =
        at::silu(conv_ ? conv_->step(all[1], cache) : all[1]).split_with_sizes({channels_, states_, states_}, -1);
    const auto v = parts[0].reshape({R, B, heads_, 1, P});
    const auto delta = at::softplus(all[2] + dt_bias_.unsqueeze(1)).view({R, B, heads_, 1, 1});
    S = at::exp(delta * -at::exp(A_log_).view({R, 1, heads_, 1, 1})) * S +
        delta * parts[1].view({R, B, 1, states_, 1}) * v;
    ++state.position;
    const auto y = at::matmul(parts[2].view({R, B, 1, 1, states_}), S) + D_.view({R, 1, heads_, 1, 1}) * v;
    return gated(y.reshape({R, B, channels_}), all[0]);
  }

 private:
  at::Tensor gated(const at::Tensor& y, const at::Tensor& z) const { return out_(norm_(y * at::silu(z))); }

  std::int64_t states_, channels_, heads_;
  Linear in_;
  std::optional<CausalConv> conv_;
  RMSNorm norm_;
  Linear out_;
  at::Tensor dt_bias_, A_log_, D_;  // [R, H]
};

}  // namespace

std::unique_ptr<Mixer> build_mamba2(const Settings& set, const Build& build, Mixer*) {
  return std::make_unique<Mamba2>(set, build);
}

}  // namespace madsearch
