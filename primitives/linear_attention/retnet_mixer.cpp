#include <ATen/ATen.h>

#include <cmath>

#include "primitives/layers/initial_values.h"
#include "primitives/layers/linear.h"
#include "primitives/layers/norms.h"
#include "primitives/layers/residual_conv.h"
#include "primitives/mixer.h"
#include "primitives/ops/gated_recurrence.h"
#include "primitives/ops/rotary.h"
#include "primitives/shared_knobs.h"

namespace madsearch {
namespace {

class RetNet : public Mixer {
 public:
  RetNet(const Settings& set, const Build& build)
      : heads_(set.count("heads")),
        values_(set.at("expand").of(build.width)),
        q_(build.inside("q_proj"), build.width, build.width, xavier(build.width, build.width, small_gain())),
        k_(build.inside("k_proj"), build.width, build.width, xavier(build.width, build.width, small_gain())),
        v_(build.inside("v_proj"), build.width, values_, xavier(build.width, values_, small_gain())),
        g_(build.inside("g_proj"), build.width, values_, xavier(build.width, values_, small_gain())),
        conv_(build.inside("conv"), 2 * build.width + values_, taps(set)),
        out_(build.inside("out_proj"), values_, build.width, xavier(values_, build.width, 1)),
        norm_(build.inside("group_norm"), heads_, values_, 1e-6),
        log_gamma_(at::log1p(-at::exp2(-5 - at::arange(heads_, at::kDouble))).to(build.options)) {
    child("q_proj", q_);
    child("k_proj", k_);
    child("v_proj", v_);
    child("g_proj", g_);
    child("conv", conv_);
    child("out_proj", out_);
    child("group_norm", norm_);
  }

  at::Tensor forward(const at::Tensor& x) override {
    const auto R = x.size(0), B = x.size(1), T = x.size(2);
    // [R, B, H, T, ...]
    const auto heads = [&](const at::Tensor& u) { return u.unflatten(-1, {heads_, -1}).transpose(2, 3); };
    const auto qkv = conv_({q_(x), k_(x), v_(x)});
    const auto log_decay = log_gamma_.view({heads_, 1, 1}).expand({R, B, heads_, T, 1});
    const auto o = gated_recurrence(rotary(heads(qkv[0])), rotary(heads(scaled(qkv[1]))), log_decay, heads(qkv[2]));
    return out_(norm_(o.transpose(2, 3).flatten(-2)) * at::silu(g_(x)));
  }

  at::Tensor step(const at::Tensor& x, State& state) override {
    const auto heads = [&](const at::Tensor& u) { return u.unflatten(-1, {heads_, 1, -1}); };  // [R, B, H, 1, ...]
    if (state.tensors.empty()) state.tensors.resize(2);  // S, and what the convolution still sees
    auto& S = state.tensors[0];
    const auto qkv = conv_.step({q_(x), k_(x), v_(x)}, state.tensors[1]);
    const auto update = rotary(heads(scaled(qkv[1])), state.position).transpose(-1, -2) * heads(qkv[2]);
    S = S.defined() ? at::exp(log_gamma_).view({heads_, 1, 1}) * S + update : update;
    const auto o = at::matmul(rotary(heads(qkv[0]), state.position), S);
    ++state.position;
    return out_(norm_(o.flatten(-3)) * at::silu(g_(x)));
  }

 private:
  static Linear::Options xavier(std::int64_t in, std::int64_t out, double gain) {
    return {.mad_lab_bound = xavier_bound(in, out, gain)};
  }
  at::Tensor scaled(const at::Tensor& k) const { return k / std::sqrt(static_cast<double>(k.size(-1) / heads_)); }

  std::int64_t heads_, values_;
  Linear q_, k_, v_, g_;
  ResidualConv conv_;
  Linear out_;
  GroupNorm norm_;
  at::Tensor log_gamma_;  // [H]
};

}  // namespace

std::unique_ptr<Mixer> build_retnet(const Settings& set, const Build& build, Mixer*) {
  return std::make_unique<RetNet>(set, build);
}

}  // namespace madsearch
