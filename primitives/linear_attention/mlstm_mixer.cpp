#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>

#include "primitives/layers/initial_values.h"
#include "primitives/layers/linear.h"
#include "primitives/layers/norms.h"
#include "primitives/layers/residual_conv.h"
#include "primitives/mixer.h"
#include "primitives/ops/gated_recurrence.h"
#include "primitives/ops/raw.h"
#include "primitives/shared_knobs.h"

namespace madsearch {
namespace {

class MLSTM : public Mixer {
 public:
  MLSTM(const Settings& set, const Build& build)
      : heads_(set.count("heads")),
        keys_(set.at("expand_k").of(build.width)),
        q_(build.inside("q"), build.width, keys_),
        k_(build.inside("k"), build.width, keys_),
        v_(build.inside("v"), build.width, build.width),
        conv_(build.inside("conv"), 2 * keys_ + build.width, taps(set)),
        o_(build.inside("ogate_preact"), build.width, build.width),
        i_(build.inside("igate_preact"), build.width, heads_, {.bias = true, .bound = 0}),
        f_(build.inside("fgate_preact"), build.width, heads_, {.bias = true, .bound = 0}),
        out_(build.inside("out_proj"), build.width, build.width),
        norm_(build.inside("multihead_norm"), heads_, build.width, 1e-6, false) {
    child("q", q_);
    child("k", k_);
    child("v", v_);
    child("conv", conv_);
    child("ogate_preact", o_);
    child("igate_preact", i_);
    child("fgate_preact", f_);
    child("out_proj", out_);
    child("multihead_norm", norm_);
    const at::NoGradGuard constant;
    i_.bias.copy_(normal_init(build.inside("igate_preact"), "bias", {heads_}, 0.1));
    f_.bias.copy_(at::linspace(3, 6, heads_, build.options).expand_as(f_.bias));
  }

  /// The gates are known for all tokens at once, and so is m: with F the running sum of log σ(f), m_t - F_t is the
  /// running maximum of i_t - F_t and 0. It only sets the scale in which C and n are carried, which cancels: no
  /// gradient flows through it.
  at::Tensor forward(const at::Tensor& x) override {
    // [R, B, H, T, ...]
    const auto heads = [&](const at::Tensor& u) { return u.unflatten(-1, {heads_, -1}).transpose(2, 3); };
    const auto qkv = conv_({q_(x), k_(x), v_(x)});
    const auto write = heads(capped(i_.precise(x)));
    const auto keep = heads(at::log_sigmoid(capped(f_.precise(x))));
    const auto total = at::cumsum(keep.detach(), -2);
    const auto m = total + std::get<0>(at::cummax(write.detach() - total, -2)).clamp_min(0);
    const auto v = at::constant_pad_nd(heads(qkv[2]), {0, 1}, 1);  // a column of ones makes n the last column of C
    const auto before = at::constant_pad_nd(m, {0, 0, 1, -1});     // m_{t-1}, from m_0 = 0
    const auto y = gated_recurrence(heads(qkv[0]), heads(scaled(qkv[1])) * at::exp(write - m), keep + before - m, v);
    return out_(norm_(quotient(y, m).transpose(2, 3).flatten(-2)) * at::sigmoid(o_(x)));
  }

  at::Tensor step(const at::Tensor& x, State& state) override {
    const auto heads = [&](const at::Tensor& u) { return u.unflatten(-1, {heads_, 1, -1}); };  // [R, B, H, 1, ...]
    const auto write = heads(capped(i_.precise(x)));
    const auto keep = heads(at::log_sigmoid(capped(f_.precise(x))));
    if (state.tensors.empty())
      state.tensors = {at::zeros({x.size(0), x.size(1), heads_, keys_ / heads_, x.size(2) / heads_ + 1}, x.options()),
                       at::zeros_like(write), at::Tensor()};
    const auto qkv = conv_.step({q_(x), k_(x), v_(x)}, state.tensors[2]);
    const auto v = at::constant_pad_nd(heads(qkv[2]), {0, 1}, 1);
    auto &C = state.tensors[0], &m = state.tensors[1];  // n is the last column of C
    const auto before = m;
    m = at::maximum(keep + before, write).detach();
    C = at::exp(keep + before - m) * C + at::exp(write - m) * heads(scaled(qkv[1])).transpose(-1, -2) * v;
    ++state.position;
    const auto h = quotient(at::matmul(heads(qkv[0]), C), m);
    return out_(norm_(h.flatten(-3)) * at::sigmoid(o_(x)));
  }

 private:
  static at::Tensor capped(const at::Tensor& gate) { return 15 * at::tanh(whole(gate) / 15); }
  at::Tensor scaled(const at::Tensor& k) const { return k / std::sqrt(static_cast<double>(keys_ / heads_)); }
  static at::Tensor quotient(const at::Tensor& y, const at::Tensor& m) {
    const auto size = y.size(-1) - 1;
    return y.slice(-1, 0, size) / at::maximum(y.slice(-1, size).abs(), at::exp(-m));
  }

  std::int64_t heads_, keys_;
  Linear q_, k_, v_;
  ResidualConv conv_;
  Linear o_, i_, f_, out_;
  GroupNorm norm_;
};

}  // namespace

std::unique_ptr<Mixer> build_mlstm(const Settings& set, const Build& build, Mixer*) {
  return std::make_unique<MLSTM>(set, build);
}

}  // namespace madsearch
