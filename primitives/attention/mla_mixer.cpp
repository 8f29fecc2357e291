#include <ATen/ATen.h>

#include "primitives/layers/linear.h"
#include "primitives/layers/norms.h"
#include "primitives/mixer.h"
#include "primitives/ops/rotary.h"
#include "primitives/ops/softmax_attention.h"

namespace madsearch {
namespace {

class LatentAttention : public Mixer {
 public:
  LatentAttention(const Settings& set, const Build& build)
      : heads_(set.count("heads")),
        size_(build.width / heads_),
        rank_(set.at("kv_rank").of(build.width)),
        rope_(set.at("rope").of(build.width)),
        attention_({.queries = heads_,
                    .keys = heads_,
                    .values = heads_,
                    .size = rope_ + size_,
                    .value_size = size_,
                    .rotated = rope_}),
        q_(build.inside("q_proj"), build.width, heads_ * (rope_ + size_)),
        down_(build.inside("kv_down"), build.width, rank_),
        up_(build.inside("kv_up"), rank_, 2 * build.width),
        k_rope_(build.inside("k_rope"), build.width, rope_),
        out_(build.inside("o_proj"), build.width, build.width),
        norm_(build.inside("kv_norm"), rank_, 1e-6) {
    child("q_proj", q_);
    child("kv_down", down_);
    child("kv_norm", norm_);
    child("kv_up", up_);
    child("k_rope", k_rope_);
    child("o_proj", out_);
  }

  at::Tensor forward(const at::Tensor& x) override {
    const auto R = x.size(0), B = x.size(1), T = x.size(2), D = x.size(3);
    const auto keys_values = up_(norm_(down_(x)));  // k_n of all heads, then v
    const auto shared = k_rope_(x).unsqueeze(3).expand({R, B, T, heads_, rope_});
    const auto keys = at::cat({shared, keys_values.slice(3, 0, D).unflatten(3, {heads_, size_})}, 4).flatten(3);
    return out_(attention_(q_(x), at::cat({keys, keys_values.slice(3, D)}, 3)));
  }

  at::Tensor step(const at::Tensor& x, State& state) override {
    const auto R = x.size(0), B = x.size(1), D = x.size(2);
    const auto q = partly_rotated(q_(x).view({R, B, heads_, 1, rope_ + size_}), rope_, state.position);
    const auto k_rope = partly_rotated(k_rope_(x).view({R, B, 1, 1, rope_}), rope_, state.position);
    auto latents = at::cat({k_rope, norm_(down_(x)).view({R, B, 1, 1, rank_})}, 4);
    if (!state.tensors.empty()) latents = at::cat({state.tensors[0], latents}, 3);
    state.tensors = {latents};  // [R, B, 1, t, r_p + r]
    ++state.position;
    // q_n · (c Wk) = (q_n Wkᵀ) · c and Σ_s w_s (c_s Wv) = (Σ_s w_s c_s) Wv: one key and one value for all heads.
    const auto of_heads = [&](std::int64_t begin) {
      return up_.weight.slice(1, begin, begin + D).view({R, 1, heads_, size_, rank_});
    };
    const auto to_keys = of_heads(0);
    const auto to_values = of_heads(D);
    const auto query = at::cat({q.slice(4, 0, rope_), at::matmul(q.slice(4, rope_), to_keys)}, 4);
    const auto read = attend(query, latents, latents.slice(4, rope_), rope_ + size_).view({R, B, heads_, rank_, 1});
    return out_(at::matmul(to_values, read).reshape({R, B, D}));
  }

 private:
  std::int64_t heads_, size_, rank_, rope_;
  SoftmaxAttention attention_;
  Linear q_, down_, up_, k_rope_, out_;
  RMSNorm norm_;
};

}  // namespace

std::unique_ptr<Mixer> build_mla(const Settings& set, const Build& build, Mixer*) {
  return std::make_unique<LatentAttention>(set, build);
}

}  // namespace madsearch
