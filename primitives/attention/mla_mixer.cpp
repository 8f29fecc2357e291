#include <ATen/ATen.h>

#include <optional>

#include "primitives/layers/linear.h"
#include "primitives/layers/norms.h"
#include "primitives/layers/residual_conv.h"
#include "primitives/mixer.h"
#include "primitives/ops/rotary.h"
#include "primitives/ops/softmax_attention.h"
#include "primitives/shared_knobs.h"

namespace madsearch {
namespace {

class LatentAttention : public Mixer {
 public:
  LatentAttention(const Settings& set, const Build& build)
      : heads_(set.count("heads")),
        size_(build.width / heads_),
        rank_(set.at("kv_rank").of(build.width)),
        rope_(set.at("rope").is_word() ? 0 : set.at("rope").of(build.width)),
        query_rank_(set.at("q_rank").is_word() ? 0 : set.at("q_rank").of(build.width)),
        attention_({.queries = heads_,
                    .keys = heads_,
                    .values = heads_,
                    .size = rope_ + size_,
                    .value_size = size_,
                    .rotated = rope_}),
        q_(build.inside("q_proj"), query_rank_ ? query_rank_ : build.width, heads_ * (rope_ + size_)),
        down_(build.inside("kv_down"), build.width, rank_),
        conv_(build.inside("conv"), heads_ * (rope_ + size_) + rank_ + rope_, taps(set)),
        up_(build.inside("kv_up"), rank_, 2 * build.width),
        out_(build.inside("o_proj"), build.width, build.width),
        norm_(build.inside("kv_norm"), rank_, kNormEps) {
    if (query_rank_) {
      child("q_down", q_down_.emplace(build.inside("q_down"), build.width, query_rank_));
      child("q_norm", q_norm_.emplace(build.inside("q_norm"), query_rank_, kNormEps));
    }
    child("q_proj", q_);
    child("kv_down", down_);
    child("conv", conv_);
    child("kv_norm", norm_);
    child("kv_up", up_);
    if (rope_) child("k_rope", k_rope_.emplace(build.inside("k_rope"), build.width, rope_));
    child("o_proj", out_);
  }

  at::Tensor forward(const at::Tensor& x) override {
    const auto R = x.size(0), B = x.size(1), T = x.size(2), D = x.size(3);
    const auto rows = conv_(projected(x));
    const auto keys_values = up_(norm_(rows[1]));  // k_n of all heads, then v
    if (!rope_) return out_(attention_(rows[0], keys_values));
    const auto shared = rows[2].unsqueeze(3).expand({R, B, T, heads_, rope_});
    const auto keys = at::cat({shared, keys_values.slice(3, 0, D).unflatten(3, {heads_, size_})}, 4).flatten(3);
    return out_(attention_(rows[0], at::cat({keys, keys_values.slice(3, D)}, 3)));
  }

  at::Tensor step(const at::Tensor& x, State& state) override {
    const auto R = x.size(0), B = x.size(1), D = x.size(2);
    if (state.tensors.empty()) state.tensors.resize(2);  // latents, and what the convolution still sees
    auto &past = state.tensors[0], &cache = state.tensors[1];
    const auto rows = conv_.step(projected(x), cache);
    const auto placed = [&](const at::Tensor& u) { return partly_rotated(u, rope_, state.position); };
    const auto q = placed(rows[0].unflatten(2, {heads_, 1, rope_ + size_}));
    auto latents = norm_(rows[1]).view({R, B, 1, 1, rank_});
    if (rope_) latents = at::cat({placed(rows[2].unflatten(2, {1, 1, rope_})), latents}, 4);
    past = past.defined() ? at::cat({past, latents}, 3) : latents;  // [R, B, 1, t, r_p + r]
    ++state.position;
    // q_n · (c Wk) = (q_n Wkᵀ) · c and Σ_s w_s (c_s Wv) = (Σ_s w_s c_s) Wv: one key and one value for all heads.
    const auto of_heads = [&](std::int64_t begin) {
      return up_.weight.slice(1, begin, begin + D).view({R, 1, heads_, size_, rank_});
    };
    const auto to_keys = of_heads(0);
    const auto to_values = of_heads(D);
    const auto query = at::cat({q.slice(4, 0, rope_), at::matmul(q.slice(4, rope_), to_keys)}, 4);
    const auto read = attend(query, past, past.slice(4, rope_), rope_ + size_).view({R, B, heads_, rank_, 1});
    return out_(at::matmul(to_values, read).reshape({R, B, D}));
  }

 private:
  static constexpr double kNormEps = 1e-6;

  /// The queries of all heads, the latent before its norm and, if there is one, the shared key.
  std::vector<at::Tensor> projected(const at::Tensor& x) const {
    const auto queries = q_(q_down_ ? (*q_norm_)((*q_down_)(x)) : x);
    return k_rope_ ? std::vector{queries, down_(x), (*k_rope_)(x)} : std::vector{queries, down_(x)};
  }

  std::int64_t heads_, size_, rank_, rope_, query_rank_;
  SoftmaxAttention attention_;
  std::optional<Linear> q_down_, k_rope_;
  Linear q_, down_;
  ResidualConv conv_;
  Linear up_, out_;
  RMSNorm norm_;
  std::optional<RMSNorm> q_norm_;
};

}  // namespace

std::unique_ptr<Mixer> build_mla(const Settings& set, const Build& build, Mixer*) {
  return std::make_unique<LatentAttention>(set, build);
}

}  // namespace madsearch
