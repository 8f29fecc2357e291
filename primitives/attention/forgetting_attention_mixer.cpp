#include <ATen/ATen.h>

#include <optional>

#include "primitives/layers/linear.h"
#include "primitives/layers/residual_conv.h"
#include "primitives/layers/token_shift.h"
#include "primitives/mixer.h"
#include "primitives/ops/softmax_attention.h"
#include "primitives/shared_knobs.h"

namespace madsearch {
namespace {

/// RMSNorm over each head's channels with a weight for every channel of every head. u [R, B, T, D].
class NormOfHeads : public Module {
 public:
  NormOfHeads(const Build& build, std::int64_t heads, std::int64_t width, double eps) : heads_(heads), eps_(eps) {
    parameter("weight", weight_, at::ones({build.replicas(), width}, build.options));
  }
  at::Tensor operator()(const at::Tensor& u) const {
    const auto parts = u.unflatten(3, {heads_, -1});
    return (parts * at::rsqrt(parts.square().mean(-1, true) + eps_)).flatten(3) * weight_.unsqueeze(1).unsqueeze(1);
  }

 private:
  std::int64_t heads_;
  double eps_;
  at::Tensor weight_;
};

class ForgettingAttention : public Mixer {
 public:
  ForgettingAttention(const Settings& set, const Build& build)
      : heads_(set.count("heads")),
        size_(build.width / heads_),
        attention_({.queries = heads_, .keys = heads_, .values = heads_, .size = size_, .value_size = size_}),
        qkv_(build.inside("qkv_proj"), build.width, 3 * build.width),
        conv_(build.inside("conv"), 3 * build.width, taps(set)),
        forget_(build.inside("fgate_proj"), build.width, heads_, {.bias = true}),
        out_(build.inside("o_proj"), build.width, build.width) {
    child("qkv_proj", qkv_);
    child("conv", conv_);
    child("fgate_proj", forget_);
    child("o_proj", out_);
    if (on(set, "kv_shift")) child("shift_proj", shift_.emplace(build.inside("shift_proj"), build.width, 2 * heads_));
    if (on(set, "qk_norm")) {
      child("q_norm", q_norm_.emplace(build.inside("q_norm"), heads_, build.width, 1e-5));
      child("k_norm", k_norm_.emplace(build.inside("k_norm"), heads_, build.width, 1e-5));
    }
    if (on(set, "norm")) child("output_norm", norm_.emplace(build.inside("output_norm"), heads_, build.width, 1e-6));
    if (on(set, "gate")) child("ogate_proj", gate_.emplace(build.inside("ogate_proj"), build.width, build.width));
  }

  at::Tensor forward(const at::Tensor& x) override {
    const auto D = x.size(3);
    auto qkv = conv_(qkv_(x));
    if (shift_) qkv = kv_shifted(qkv, previous_token(qkv.slice(3, D)), x);
    if (q_norm_) qkv = normed(qkv);
    const auto c = at::log_sigmoid(forget_(x).to(at::promote_types(x.scalar_type(), at::kFloat))).cumsum(2);
    return out(attention_(qkv, qkv, c), x);
  }

  at::Tensor step(const at::Tensor& token, State& state) override {
    const auto x = token.unsqueeze(2);
    const auto R = x.size(0), B = x.size(1), D = x.size(3);
    if (state.tensors.empty()) {
      const auto none = [&](at::IntArrayRef sizes) { return at::zeros(sizes, x.options()); };
      state.tensors = {none({R, B, heads_, 0, size_}), none({R, B, heads_, 0, size_}), none({R, B, heads_, 0}),
                       shift_ ? none({R, B, 1, 2 * D}) : at::Tensor(), at::Tensor()};
    }
    auto qkv = conv_.step(qkv_(token), state.tensors[4]).unsqueeze(2);
    auto &keys = state.tensors[0], &values = state.tensors[1], &lost = state.tensors[2];
    if (shift_) {
      const auto now = qkv.slice(3, D);
      qkv = kv_shifted(qkv, state.tensors[3], x);
      state.tensors[3] = now;
    }
    if (q_norm_) qkv = normed(qkv);
    keys = at::cat({keys, split_heads(qkv, D, heads_, size_)}, 3);
    values = at::cat({values, split_heads(qkv, 2 * D, heads_, size_)}, 3);
    const auto log_gate = at::log_sigmoid(forget_(x)).transpose(2, 3);  // [R, B, H, 1]
    // c_t - c_s, which stays exact however long the sequence.
    lost = at::cat({lost + log_gate, at::zeros_like(log_gate)}, 3);
    ++state.position;
    return out(attend(split_heads(qkv, 0, heads_, size_), keys, values, size_, lost).unsqueeze(2), x).squeeze(2);
  }

 private:
  /// Rows of queries, keys and values; keys and values are mixed with `before`, those of the tokens before.
  at::Tensor kv_shifted(const at::Tensor& qkv, const at::Tensor& before, const at::Tensor& x) const {
    const auto of_heads = [&](const at::Tensor& u) { return u.unflatten(3, {2 * heads_, size_}); };
    const auto now = of_heads(qkv.slice(3, x.size(3)));
    const auto share = at::sigmoid((*shift_)(x)).unsqueeze(4);
    return at::cat({qkv.slice(3, 0, x.size(3)), at::lerp(now, of_heads(before), share).flatten(3)}, 3);
  }

  at::Tensor normed(const at::Tensor& qkv) const {
    const auto D = qkv.size(3) / 3;
    return at::cat({(*q_norm_)(qkv.slice(3, 0, D)), (*k_norm_)(qkv.slice(3, D, 2 * D)), qkv.slice(3, 2 * D)}, 3);
  }

  at::Tensor out(const at::Tensor& read, const at::Tensor& x) const {
    const auto y = norm_ ? (*norm_)(read) : read;
    return out_(gate_ ? y * at::sigmoid((*gate_)(x)) : y);
  }

  std::int64_t heads_, size_;
  SoftmaxAttention attention_;
  Linear qkv_;
  ResidualConv conv_;
  Linear forget_, out_;
  std::optional<Linear> shift_, gate_;
  std::optional<NormOfHeads> q_norm_, k_norm_, norm_;
};

}  // namespace

std::unique_ptr<Mixer> build_forgetting_attention(const Settings& set, const Build& build, Mixer*) {
  return std::make_unique<ForgettingAttention>(set, build);
}

}  // namespace madsearch
