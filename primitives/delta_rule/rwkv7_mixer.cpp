#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <array>
#include <cmath>
#include <optional>

#include "primitives/layers/initial_values.h"
#include "primitives/layers/linear.h"
#include "primitives/layers/norms.h"
#include "primitives/layers/residual_conv.h"
#include "primitives/layers/token_shift.h"
#include "primitives/mixer.h"
#include "primitives/ops/delta_recurrence.h"
#include "primitives/ops/per_channel.h"
#include "primitives/shared_knobs.h"

namespace madsearch {
namespace {

class RWKV7 : public Mixer {
 public:
  RWKV7(const Settings& set, const Build& build)
      : heads_(set.count("heads")),
        size_(build.width / heads_),
        w_(build, "w_lora", set.at("rank").of(build.width), true),
        a_(build, "a_lora", set.at("rank").of(build.width), true),
        g_(build, "g_lora", 2 * set.at("rank").of(build.width), false),
        r_(build.inside("r_proj"), build.width, build.width, scaled(build, 0.5)),
        k_(build.inside("k_proj"), build.width, build.width, scaled(build, 0.05)),
        v_(build.inside("v_proj"), build.width, build.width, scaled(build, 0.5)),
        out_(build.inside("o_proj"), build.width, build.width, {.bound = kAlmostZero}),
        norm_(build.inside("g_norm"), heads_, build.width, 64e-5) {
    const auto D = build.width;
    const auto i = at::arange(D, at::kDouble);
    const auto linear = i / static_cast<double>(D - 1) - 0.5;
    const auto centred = (2 * at::remainder(i, size_) - (size_ - 1)) / static_cast<double>(size_ - 1);
    const auto zigzag = centred * centred.abs();
    for (std::size_t c = 0; c < kMixes.size(); ++c)
      parameter(kMixes[c].name, mix_[c], constant_init(build, initial_shares(D, kMixes[c].power)));
    parameter("k_k", removal_, constant_init(build, 0.71 - 0.1 * linear));
    parameter("k_a", replacement_, constant_init(build, at::full({D}, 1.02, at::kDouble)));
    parameter("r_k", bonus_, constant_init(build, at::full({heads_, size_}, -0.04, at::kDouble)));
    child("w_lora", w_);
    child("a_lora", a_);
    child("g_lora", g_);
    child("r_proj", r_);
    child("k_proj", k_);
    child("v_proj", v_);
    if (const auto k = taps(set)) child("rkv_conv", conv_.emplace(build.inside("rkv_conv"), 3 * D, k));
    child("g_norm", norm_);
    child("o_proj", out_);
    const at::NoGradGuard constant;
    w_.up.bias.copy_(constant_init(build, -5.5 + 6 * i / static_cast<double>(D - 1) + 2.5 * zigzag));
    a_.up.bias.copy_(constant_init(build, -0.19 + 0.3 * zigzag + 0.4 * linear));
  }

  at::Tensor forward(const at::Tensor& x) override {
    const auto in = inputs(x, previous_token(x), [&](const at::Tensor& rkv) { return (*conv_)(rkv); });
    return out(delta_recurrence(in.recurrence).first, in);
  }

  at::Tensor step(const at::Tensor& token, State& state) override {
    const auto R = token.size(0), B = token.size(1);
    if (state.tensors.empty())
      state.tensors = {at::zeros({R, B, heads_, size_, size_}, token.options()), at::zeros_like(token), at::Tensor()};
    const auto in = inputs(token.unsqueeze(2), state.tensors[1].unsqueeze(2), [&](const at::Tensor& rkv) {
      return conv_->step(rkv.squeeze(2), state.tensors[2]).unsqueeze(2);
    });
    state.tensors[1] = token;
    ++state.position;
    return out(delta_step(in.recurrence, state.tensors[0]), in).squeeze(2);
  }

 private:
  static constexpr double kAlmostZero = 1e-4;
  struct Mix {
    const char* name;
    double power;
  };
  enum { kR, kW, kK, kV, kA, kG };
  static constexpr std::array<Mix, 6> kMixes = {
      {{"x_r", 0.2}, {"x_w", 0.9}, {"x_k", 0.7}, {"x_v", 0.7}, {"x_a", 0.9}, {"x_g", 0.2}}};

  static Linear::Options scaled(const Build& build, double by) {
    return {.mad_lab_bound = by / std::sqrt(static_cast<double>(build.width))};
  }

  /// down to `rank` numbers and up again; `up` starts as a tenth of orthonormal rows or columns.
  struct LowRank : Module {
    LowRank(const Build& build, const std::string& name, std::int64_t rank, bool bias)
        : down(build.inside(name + ".down"), build.width, rank, {.bound = kAlmostZero}),
          up(build.inside(name + ".up"), rank, build.width, {.bias = bias}) {
      child("down", down);
      child("up", up);
      auto wide = build.inside(name + ".up");
      wide.options = at::TensorOptions().dtype(at::kDouble);
      const auto [q, r] =
          at::linalg_qr(normal_init(wide, "weight", {std::max(rank, build.width), std::min(rank, build.width)}, 1));
      const at::NoGradGuard constant;
      const auto signs = at::sign(at::diagonal(r, 0, -2, -1)).unsqueeze(-2);  // else the draw would not be uniform
      up.weight.copy_(0.1 * (build.width >= rank ? q * signs : at::transpose(q * signs, 1, 2)));
    }
    Linear down, up;
  };

  struct Inputs {
    DeltaInputs recurrence;
    at::Tensor g;  // [R, B, T, D]
  };

  /// `last` [R, B, T, D]: the token before each; `convolved` [R, B, T, 3 D] -> the same: the convolution, if there is
  /// one.
  template <class Convolved>
  Inputs inputs(const at::Tensor& x, const at::Tensor& last, Convolved&& convolved) const {
    const auto R = x.size(0), B = x.size(1), T = x.size(2);
    const auto change = last - x;
    const auto mixed = [&](int c) { return token_shifted(x, change, mix_[static_cast<std::size_t>(c)]); };
    const auto heads = [&](const at::Tensor& u) { return u.view({R, B, T, heads_, size_}); };
    std::vector<at::Tensor> rkv = {r_(mixed(kR)), k_(mixed(kK)), v_(mixed(kV))};
    if (conv_) rkv = convolved(at::cat(rkv, -1)).chunk(3, -1);
    const auto& k = rkv[1];
    const auto eta = at::sigmoid(a_.up(a_.down(mixed(kA))));
    const auto kappa = l2_normalised(heads(k * per_channel(removal_, k)), 1e-12);
    const auto decay = at::sigmoid(w_.up(at::tanh(w_.down(mixed(kW))))) * -std::exp(-0.5);
    return {.recurrence = {.q = heads(rkv[0]),
                           .a = heads(eta) * kappa,
                           .b = -kappa,
                           .k = heads(k * (1 + (eta - 1) * per_channel(replacement_, k))),
                           .v = heads(rkv[2]),
                           .log_decay = heads(decay)},
            .g = g_.up(at::sigmoid(g_.down(mixed(kG))))};
  }

  at::Tensor out(const at::Tensor& o, const Inputs& in) const {
    const auto& [q, a, b, k, v, decay] = in.recurrence;
    const auto bonus = (q * k * bonus_.view({bonus_.size(0), 1, 1, heads_, size_})).sum(-1, true) * v;
    return out_((norm_(o.flatten(-2)) + bonus.flatten(-2)) * in.g);
  }

  std::int64_t heads_, size_;
  std::array<at::Tensor, 6> mix_;             // [R, D] each
  at::Tensor removal_, replacement_, bonus_;  // [R, D], [R, D], [R, H, d]: ξ, α, ρ
  LowRank w_, a_, g_;
  Linear r_, k_, v_, out_;
  std::optional<ResidualConv> conv_;
  GroupNorm norm_;
};

}  // namespace

std::unique_ptr<Mixer> build_rwkv7(const Settings& set, const Build& build, Mixer*) {
  return std::make_unique<RWKV7>(set, build);
}

}  // namespace madsearch
