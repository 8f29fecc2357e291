#include <ATen/ATen.h>

#include <cmath>

#include "primitives/layers/initial_values.h"
#include "primitives/layers/linear.h"
#include "primitives/layers/norms.h"
#include "primitives/layers/residual_conv.h"
#include "primitives/layers/token_shift.h"
#include "primitives/mixer.h"
#include "primitives/ops/gated_recurrence.h"
#include "primitives/shared_knobs.h"
#include "primitives/state_space/step_sizes.h"

namespace madsearch {
namespace {

/// Turns the pairs (x_0, x_1), (x_2, x_3) ... of the last axis by φ [..., J]; pairs beyond J stay. x broadcasts to φ's
/// leading axes.
at::Tensor turned(const at::Tensor& x, const at::Tensor& phi) {
  const auto J = phi.size(-1), N = x.size(-1);
  const auto pairs = x.slice(-1, 0, 2 * J).unflatten(-1, {J, 2});
  const auto a = pairs.select(-1, 0);
  const auto b = pairs.select(-1, 1);
  const auto cosine = at::cos(phi);
  const auto sine = at::sin(phi);
  const auto turning = at::stack({a * cosine - b * sine, a * sine + b * cosine}, -1).flatten(-2);
  return 2 * J == N ? turning : at::cat({turning, x.slice(-1, 2 * J)}, -1);
}

/// Positive, continuous and smooth: 1 + x for x ≥ 0, else 1 / (1 - x).
at::Tensor heavy_tail(const at::Tensor& x) { return at::clamp_min(x, 0) + at::reciprocal(1 - at::clamp_max(x, 0)); }

class Mamba3 : public Mixer {
 public:
  Mamba3(const Settings& set, const Build& build)
      : states_(set.count("state")),
        channels_(set.at("expand").of(build.width)),
        heads_(channels_ / set.count("head_size")),
        angles_(set.word("turning") == "all" ? states_ / 2 : states_ / 4),
        heavy_tail_(set.word("rate") == "heavy_tail"),
        in_(build.inside("in_proj"), build.width, 2 * channels_ + 2 * states_ + 3 * heads_ + angles_),
        conv_(build.inside("conv"), channels_ + 2 * states_, taps(set)),
        B_norm_(build.inside("B_norm"), states_),
        C_norm_(build.inside("C_norm"), states_),
        out_(build.inside("out_proj"), channels_, build.width) {
    parameter("dt_bias", dt_bias_, inverse_softplus(log_uniform_steps(build, "dt_bias", heads_)));
    parameter("B_bias", B_bias_, at::ones({build.replicas(), heads_, states_}, build.options));
    parameter("C_bias", C_bias_, at::ones({build.replicas(), heads_, states_}, build.options));
    parameter("D", D_, at::ones({build.replicas(), heads_}, build.options));
    child("in_proj", in_);
    child("conv", conv_);
    child("B_norm", B_norm_);
    child("C_norm", C_norm_);
    child("out_proj", out_);
  }

  /// One recurrence takes up both terms of the rule if it runs a token behind: S_t = F_t + λ_t Δ_t k_tᵀ v_t with
  /// F_t = α_t (F_{t-1} + (λ_{t-1} Δ_{t-1} + (1 - λ_t) Δ_t) k_{t-1}ᵀ v_{t-1}).
  at::Tensor forward(const at::Tensor& x) override {
    const auto R = x.size(0), B = x.size(1), T = x.size(2), P = channels_ / heads_;
    const auto in = project(x, [&](const at::Tensor& vBC) { return conv_(vBC); });
    // [R, B, T, H] -> [R, B, H, T, 1]
    const auto heads = [](const at::Tensor& u) { return u.transpose(2, 3).unsqueeze(-1); };
    const auto phi =
        at::remainder(at::cumsum(in.turn, 2, at::kDouble), 2 * M_PI).to(in.turn.scalar_type());  // [R, B, T, H, J]
    const auto k = turned(biased(in.B, B_bias_), phi);
    const auto q = turned(biased(in.C, C_bias_), phi);  // [R, B, T, H, N]
    const auto v = in.v.reshape({R, B, T, heads_, P});
    const auto later = [](const at::Tensor& u) { return previous_token(u.flatten(3)).view(u.sizes()).transpose(2, 3); };
    const auto uptake = at::exp(in.log_decay) * (previous_token(in.now) + in.before);
    const auto past = gated_recurrence(q.transpose(2, 3), heads(uptake) * later(k), heads(in.log_decay),
                                       later(v));  // [R, B, H, T, P]
    const auto own = (in.now * (q * k).sum(-1) + D_.unsqueeze(1).unsqueeze(1)).unsqueeze(-1) * v;
    return gated((past.transpose(2, 3) + own).reshape({R, B, T, channels_}), in.z);
  }

  at::Tensor step(const at::Tensor& x, State& state) override {
    const auto R = x.size(0), B = x.size(1), P = channels_ / heads_;
    if (state.tensors.empty())
      state.tensors = {at::zeros({R, B, heads_, states_, P}, x.options()), at::zeros({R, B, states_}, x.options()),
                       at::zeros({R, B, heads_, P}, x.options()), at::zeros({R, B, heads_, angles_}, x.options()),
                       at::Tensor()};
    auto &S = state.tensors[0], &last_B = state.tensors[1], &last_v = state.tensors[2], &phi = state.tensors[3];
    const auto in = project(x, [&](const at::Tensor& vBC) { return conv_.step(vBC, state.tensors[4]); });
    const auto outer = [](const at::Tensor& k, const at::Tensor& v) { return k.unsqueeze(-1) * v.unsqueeze(-2); };
    // [R, B, H] -> [R, B, H, 1, 1]
    const auto weight = [](const at::Tensor& u) { return u.unsqueeze(-1).unsqueeze(-1); };
    const auto alpha = at::exp(in.log_decay);
    const auto past = outer(turned(biased(last_B, B_bias_), phi), last_v);  // v is zero before the first token
    phi = at::remainder(phi + in.turn, 2 * M_PI);
    last_B = in.B;
    last_v = in.v.reshape({R, B, heads_, P});
    S = weight(alpha) * (S + weight(in.before) * past) +
        weight(in.now) * outer(turned(biased(in.B, B_bias_), phi), last_v);
    ++state.position;
    const auto y = at::matmul(turned(biased(in.C, C_bias_), phi).unsqueeze(-2), S).squeeze(-2) +
                   D_.view({R, 1, heads_, 1}) * last_v;
    return gated(y.reshape({R, B, channels_}), in.z);
  }

 private:
  /// What the input decides, at [R, B, T] or [R, B].
  struct Projected {
    at::Tensor z, v, B, C;              // I, I, N, N; B and C normed
    at::Tensor log_decay, before, now;  // Δ A, (1 - λ) Δ, λ Δ of each head
    at::Tensor turn;                    // Δ π tanh(θ) [..., H, J]
  };

  /// `convolved` [..., I + 2 N] -> the same.
  template <class Convolved>
  Projected project(const at::Tensor& x, Convolved&& convolved) const {
    // z; v, B, C; δ; a; μ; θ
    const auto all = in_(x).split_with_sizes({channels_, channels_ + 2 * states_, heads_, heads_, heads_, angles_}, -1);
    const auto vBC = convolved(all[1]).split_with_sizes({channels_, states_, states_}, -1);
    const auto bias = x.dim() == 4 ? dt_bias_.unsqueeze(1).unsqueeze(1) : dt_bias_.unsqueeze(1);
    const auto delta = at::softplus(all[2] + bias);
    const auto share = at::sigmoid(all[4]);
    return {all[0],
            vBC[0],
            B_norm_(vBC[1]),
            C_norm_(vBC[2]),
            delta * at::clamp_max(-(heavy_tail_ ? heavy_tail(all[3]) : at::softplus(all[3])), -1e-4),
            (1 - share) * delta,
            share * delta,
            delta.unsqueeze(-1) * (M_PI * at::tanh(all[5])).unsqueeze(-2)};
  }

  /// u + bias of every head: [R, ..., N] -> [R, ..., H, N].
  at::Tensor biased(const at::Tensor& u, const at::Tensor& bias) const {
    return u.unsqueeze(-2) + (u.dim() == 4 ? bias.unsqueeze(1).unsqueeze(1) : bias.unsqueeze(1));
  }

  at::Tensor gated(const at::Tensor& y, const at::Tensor& z) const { return out_(y * at::silu(z)); }

  std::int64_t states_, channels_, heads_, angles_;
  bool heavy_tail_;
  Linear in_;
  ResidualConv conv_;
  RMSNorm B_norm_, C_norm_;
  Linear out_;
  at::Tensor dt_bias_, B_bias_, C_bias_, D_;  // [R, H], [R, H, N] twice, [R, H]
};

}  // namespace

std::unique_ptr<Mixer> build_mamba3(const Settings& set, const Build& build, Mixer*) {
  return std::make_unique<Mamba3>(set, build);
}

}  // namespace madsearch
