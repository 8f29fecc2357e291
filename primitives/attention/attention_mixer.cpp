#include <ATen/ATen.h>

#include <optional>
#include <stdexcept>

#include "primitives/layers/linear.h"
#include "primitives/layers/norms.h"
#include "primitives/layers/residual_conv.h"
#include "primitives/mixer.h"
#include "primitives/ops/rotary.h"
#include "primitives/ops/softmax_attention.h"
#include "primitives/shared_knobs.h"

namespace madsearch {
namespace {

AttentionHeads heads_of(const Settings& set, std::int64_t width, std::int64_t length) {
  AttentionHeads out;
  out.queries = set.count("heads");
  out.keys = out.values = set.at("kv_heads").is_word() ? out.queries : set.count("kv_heads");
  out.size = out.value_size = width / out.queries;
  out.rotated = on(set, "rotary") ? out.size : 0;
  if (has_window(set)) out.window = window_at(set, length);
  out.sinks = set.count("sinks");
  return out;
}

class Attention : public Mixer {
 public:
  Attention(const Settings& set, const Build& build, Attention* owner)
      : heads_(heads_of(set, build.width, build.max_length)),
        kept_(heads_),
        owner_(owner),
        attention_(heads_),
        taps_(taps(set)),
        qkv_(build.inside("Wqkv"), build.width, owner ? build.width : build.width + 2 * heads_.key_numbers(),
             {.bias = build.protocol == Protocol::kMadLab}),
        conv_(build.inside("conv"), qkv_.weight.size(1), taps_),
        out_(build.inside("out_proj"), build.width, build.width, {.bias = build.protocol == Protocol::kMadLab}) {
    child("Wqkv", qkv_);
    child("conv", conv_);
    child("out_proj", out_);
    if (on(set, "qk_norm")) {
      child("q_norm", q_norm_.emplace(build.inside("q_norm"), heads_.size, kNormEps));
      if (!owner) child("k_norm", k_norm_.emplace(build.inside("k_norm"), heads_.size, kNormEps));
    }
    if (on(set, "gate")) child("gate_proj", gate_.emplace(build.inside("gate_proj"), build.width, build.width));
    if (owner_) {
      owner_->shared_ = true;
      if (owner_->owner_)
        throw std::invalid_argument("attention can share keys and values only with the block that owns them");
      const auto& theirs = owner_->heads_;
      if (heads_.queries != theirs.queries || heads_.keys != theirs.keys || heads_.rotated != theirs.rotated ||
          q_norm_.has_value() != owner_->q_norm_.has_value() || taps_ != owner_->taps_)
        throw std::invalid_argument(
            "attention that shares keys and values must have their owner's heads, kv_heads, qk_norm, rotary and conv");
      owner_->kept_.window = std::max(owner_->kept_.window, heads_.window);
      owner_->kept_.sinks = std::max(owner_->kept_.sinks, heads_.sinks);
    }
  }

  at::Tensor forward(const at::Tensor& x) override {
    const auto queries = normed(conv_(qkv_(x)));
    const auto y = attention_(queries, owner_ ? owner_->projected_ : projected_);
    if (!shared_) projected_.reset();  // it would be held until the next batch
    return out(y, x);
  }

  at::Tensor step(const at::Tensor& x, State& state) override {
    const auto placed = [&](const at::Tensor& u) { return partly_rotated(u, heads_.rotated, state.position); };
    if (state.tensors.empty()) state.tensors.resize(3);  // keys, values, and what the convolution still sees
    const auto rows = normed(conv_.step(qkv_(x), state.tensors[2]).unsqueeze(2));
    const auto q = placed(split_heads(rows, 0, heads_.queries, heads_.size));
    if (!owner_) {
      const auto values_at = projected_.size(3) - heads_.value_numbers();
      keys_ = placed(split_heads(projected_, values_at - heads_.key_numbers(), heads_.keys, heads_.size));
      values_ = split_heads(projected_, values_at, heads_.values, heads_.size);
      if (state.tensors[0].defined()) {
        keys_ = at::cat({state.tensors[0], keys_}, 3);
        values_ = at::cat({state.tensors[1], values_}, 3);
      }
      keys_ = seen(keys_, kept_, state.position + 1);
      values_ = seen(values_, kept_, state.position + 1);
      state.tensors[0] = keys_;
      state.tensors[1] = values_;
    }
    ++state.position;
    const auto& keys = owner_ ? owner_->keys_ : keys_;
    const auto& values = owner_ ? owner_->values_ : values_;
    return out(attend(q, seen(keys, heads_, state.position), seen(values, heads_, state.position), heads_.size), x);
  }

 private:
  static constexpr double kNormEps = 1e-6;

  /// Rows that begin with the queries of `qkv` [R, B, T, ...]; projected_ becomes rows that end with keys and values,
  /// unless an owner has them. Both normalised under qk_norm.
  at::Tensor normed(const at::Tensor& qkv) {
    if (!q_norm_) {
      if (!owner_) projected_ = qkv;
      return qkv;
    }
    const auto over_heads = [&](const RMSNorm& norm, std::int64_t begin, std::int64_t heads) {
      return norm(qkv.slice(3, begin, begin + heads * heads_.size).unflatten(3, {heads, heads_.size})).flatten(3);
    };
    const auto width = heads_.queries * heads_.size;
    if (!owner_)
      projected_ = at::cat({over_heads(*k_norm_, width, heads_.keys), qkv.slice(3, width + heads_.key_numbers())}, 3);
    return over_heads(*q_norm_, 0, heads_.queries);
  }

  at::Tensor out(const at::Tensor& y, const at::Tensor& x) const {
    return out_(gate_ ? y * at::sigmoid((*gate_)(x)) : y);
  }

  /// What `heads` read of cached keys or values [R, B, G, L, d] at the token `position`: the first tokens and the last.
  static at::Tensor seen(const at::Tensor& cached, const AttentionHeads& heads, std::int64_t position) {
    const auto L = cached.size(3);
    if (heads.seen(position) >= L) return cached;
    const auto last = cached.slice(3, L - heads.window);
    return heads.sinks == 0 ? last : at::cat({cached.slice(3, 0, heads.sinks), last}, 3);
  }

  AttentionHeads heads_;
  AttentionHeads kept_;  // heads_ with the largest window and sinks of all blocks that share the keys and values
  Attention* owner_;     // of the keys and values (@label:kv), or nullptr
  SoftmaxAttention attention_;
  std::int64_t taps_;
  Linear qkv_;
  ResidualConv conv_;
  Linear out_;
  std::optional<RMSNorm> q_norm_, k_norm_;
  std::optional<Linear> gate_;
  // For the blocks that share the keys and values:
  bool shared_ = false;
  at::Tensor projected_;      // rows of the last call, not yet turned
  at::Tensor keys_, values_;  // of the last step, [R, B, G, L, d], keys turned
};

}  // namespace

std::unique_ptr<Mixer> build_attention(const Settings& set, const Build& build, Mixer* keys_values) {
  auto* owner = dynamic_cast<Attention*>(keys_values);
  if (keys_values && !owner) throw std::invalid_argument("attention can share the keys and values of attention only");
  return std::make_unique<Attention>(set, build, owner);
}

}  // namespace madsearch
