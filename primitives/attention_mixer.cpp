#include <ATen/ATen.h>

#include <cmath>
#include <limits>
#include <stdexcept>

#include "primitives/builders.h"
#include "primitives/fused.h"
#include "primitives/layers.h"

namespace madsearch {
namespace {

class Attention : public Mixer {
 public:
  Attention(const Settings& set, const Build& build, Attention* owner)
      : heads_(set.count("heads")),
        kv_heads_(set.at("kv_heads").is_word() ? heads_ : set.count("kv_heads")),
        size_(build.width / heads_),
        window_(set.at("window").is_word() ? std::numeric_limits<std::int64_t>::max() : set.count("window")),
        reach_(window_),
        rotary_(set.word("rotary") == "on"),
        owner_(owner),
        qkv_(build.inside("Wqkv"), build.width, owner ? build.width : build.width + 2 * kv_heads_ * size_,
             {.bias = build.protocol == Protocol::kMadLab}),
        out_(build.inside("out_proj"), build.width, build.width, {.bias = build.protocol == Protocol::kMadLab}) {
    if (owner_) {
      if (owner_->owner_) throw std::invalid_argument("attention can share keys and values only with the block that owns them");
      if (heads_ != owner_->heads_ || kv_heads_ != owner_->kv_heads_ || rotary_ != owner_->rotary_)
        throw std::invalid_argument("attention that shares keys and values must have the heads, kv_heads and rotary of their owner");
      owner_->reach_ = std::max(owner_->reach_, window_);
    }
    child("Wqkv", qkv_);
    child("out_proj", out_);
  }

  at::Tensor forward(const at::Tensor& x) override {
    if (fuses_attention(x)) return fused(x);
    const auto R = x.size(0), B = x.size(1), T = x.size(2), D = x.size(3);
    const auto q = queries_keys_values(x, 0);                 // [R, B, H, T, d]; keys_, values_ [R, B, G, T, d]
    const auto k = grouped(owner_ ? owner_->keys_ : keys_), v = grouped(owner_ ? owner_->values_ : values_);
    at::Tensor y;
    if (window_ >= T) {
      y = at::scaled_dot_product_attention(q.flatten(0, 1), k.flatten(0, 1), v.flatten(0, 1), {}, 0.0, /*is_causal=*/true);
    } else {
      const auto mask = at::ones({T, T}, x.options().dtype(at::kBool)).tril().triu(1 - window_);
      y = at::scaled_dot_product_attention(q.flatten(0, 1), k.flatten(0, 1), v.flatten(0, 1), mask);
    }
    return out_(y.view({R, B, heads_, T, size_}).transpose(2, 3).reshape({R, B, T, D}));
  }

  at::Tensor step(const at::Tensor& x, State& state) override {
    const auto R = x.size(0), B = x.size(1), D = x.size(2);
    const auto q = queries_keys_values(x.unsqueeze(2), state.position);
    if (!owner_) {
      if (!state.tensors.empty()) {
        keys_ = at::cat({state.tensors[0], keys_}, 3);
        values_ = at::cat({state.tensors[1], values_}, 3);
      }
      const auto first = std::max<std::int64_t>(0, keys_.size(3) - reach_);
      keys_ = keys_.slice(3, first);
      values_ = values_.slice(3, first);
      state.tensors = {keys_, values_};
    }
    ++state.position;
    const auto& shared_keys = owner_ ? owner_->keys_ : keys_;
    const auto first = std::max<std::int64_t>(0, shared_keys.size(3) - window_);  // another use may have a larger window
    const auto k = grouped(shared_keys.slice(3, first)), v = grouped((owner_ ? owner_->values_ : values_).slice(3, first));
    const auto weights = at::softmax(at::matmul(q, k.transpose(-1, -2)) / std::sqrt(static_cast<double>(size_)), -1);
    return out_(at::matmul(weights, v).reshape({R, B, D}));
  }

 private:
  at::Tensor fused(const at::Tensor& x) {
    const auto T = x.size(2);
    at::Tensor turns;
    if (rotary_) {
      if (!turns_.defined() || turns_.size(0) != T || turns_.scalar_type() != x.scalar_type()) turns_ = rotary_turns(T, size_, x.options());
      turns = turns_;
    }
    projected_ = qkv_(x);
    return out_(fused_attention(projected_, owner_ ? owner_->projected_ : projected_, turns, heads_, kv_heads_, size_, window_));
  }

  /// Sets keys_ and values_ (rotated, [R, B, G, T, d]) unless an owner has them, and returns the queries [R, B, H, T, d].
  at::Tensor queries_keys_values(const at::Tensor& x, std::int64_t offset) {
    const auto R = x.size(0), B = x.size(1), T = x.size(2), D = x.size(3);
    const auto qkv = qkv_(x);
    const auto split = [&](std::int64_t begin, std::int64_t heads) {
      return qkv.slice(3, begin, begin + heads * size_).view({R, B, T, heads, size_}).transpose(2, 3);
    };
    const auto turned = [&](const at::Tensor& u) { return rotary_ ? rotary(u, offset) : u; };
    if (!owner_) {
      keys_ = turned(split(D, kv_heads_));
      values_ = split(D + kv_heads_ * size_, kv_heads_);
    }
    return turned(split(0, heads_));
  }

  /// One key head for each query head: [R, B, G, T, d] -> [R, B, H, T, d].
  at::Tensor grouped(const at::Tensor& u) const {
    return kv_heads_ == heads_ ? u : u.repeat_interleave(heads_ / kv_heads_, 2);
  }

  std::int64_t heads_, kv_heads_, size_, window_;
  std::int64_t reach_;                                        // the largest window of those who share the keys and values
  bool rotary_;
  Attention* owner_;                                          // of the keys and values (@label:kv), or nullptr
  Linear qkv_, out_;
  at::Tensor keys_, values_;                                  // of the last call, for those who share them
  at::Tensor projected_;                                      // the same of a fused call: queries, keys and values before they are turned
  at::Tensor turns_;                                          // of the last length
};

}  // namespace

std::unique_ptr<Mixer> build_attention(const Settings& set, const Build& build, Mixer* keys_values) {
  auto* owner = dynamic_cast<Attention*>(keys_values);
  if (keys_values && !owner) throw std::invalid_argument("attention can share the keys and values of attention only");
  return std::make_unique<Attention>(set, build, owner);
}

}  // namespace madsearch
