#include <ATen/ATen.h>

#include "primitives/layers/initial_values.h"
#include "primitives/layers/linear.h"
#include "primitives/layers/norms.h"
#include "primitives/layers/residual_conv.h"
#include "primitives/mixer.h"
#include "primitives/ops/rotary.h"
#include "primitives/ops/softmax_attention.h"
#include "primitives/shared_knobs.h"

namespace madsearch {
namespace {

class DifferentialAttention : public Mixer {
 public:
  DifferentialAttention(const Settings& set, const Build& build)
      : heads_(set.count("heads")),
        size_(build.width / (2 * heads_)),
        rotated_(on(set, "rotary") ? size_ : 0),
        lambda_(set.at("lambda_init").real()),
        attention_({.queries = 2 * heads_,
                    .keys = 2 * heads_,
                    .values = heads_,
                    .size = size_,
                    .value_size = 2 * size_,
                    .rotated = rotated_}),
        qkv_(build.inside("qkv_proj"), build.width, 3 * build.width),
        conv_(build.inside("conv"), 3 * build.width, taps(set)),
        out_(build.inside("out_proj"), build.width, build.width),
        norm_(build.inside("subln"), 2 * size_) {
    for (auto* lambda : {&q1_, &k1_, &q2_, &k2_})
      parameter(lambda->name, lambda->value, normal_init(build, lambda->name, {size_}, 0.1));
    child("qkv_proj", qkv_);
    child("conv", conv_);
    child("subln", norm_);
    child("out_proj", out_);
  }

  at::Tensor forward(const at::Tensor& x) override {
    const auto qkv = conv_(qkv_(x));
    return difference(attention_(qkv, qkv));
  }

  at::Tensor step(const at::Tensor& x, State& state) override {
    const auto D = x.size(2);
    if (state.tensors.empty()) state.tensors.resize(3);  // keys, values, and what the convolution still sees
    const auto qkv = conv_.step(qkv_(x), state.tensors[2]).unsqueeze(2);
    const auto placed = [&](std::int64_t begin) {
      return partly_rotated(split_heads(qkv, begin, 2 * heads_, size_), rotated_, state.position);
    };
    const auto q = placed(0);
    auto keys = placed(D);
    auto values = split_heads(qkv, 2 * D, heads_, 2 * size_);
    if (state.tensors[0].defined()) {
      keys = at::cat({state.tensors[0], keys}, 3);
      values = at::cat({state.tensors[1], values}, 3);
    }
    state.tensors[0] = keys;
    state.tensors[1] = values;
    ++state.position;
    return difference(attend(q, keys, values, size_).unsqueeze(2)).squeeze(2);
  }

 private:
  struct Lambda {
    const char* name;
    at::Tensor value;  // [R, d]
  };

  /// From what the two softmaxes of each head read, [R, B, T, 2 D].
  at::Tensor difference(const at::Tensor& read) const {
    const auto product = [](const Lambda& q, const Lambda& k) { return at::exp((q.value * k.value).sum(-1)); };
    const auto lambda = (product(q1_, k1_) - product(q2_, k2_) + lambda_).view({-1, 1, 1, 1, 1});
    const auto both = read.unflatten(3, {heads_, 2, 2 * size_});
    return out_((norm_(both.select(4, 0) - lambda * both.select(4, 1)) * (1 - lambda_)).flatten(3));
  }

  std::int64_t heads_, size_, rotated_;
  double lambda_;  // λ_init
  SoftmaxAttention attention_;
  Lambda q1_{"lambda_q1", {}}, k1_{"lambda_k1", {}}, q2_{"lambda_q2", {}}, k2_{"lambda_k2", {}};
  Linear qkv_;
  ResidualConv conv_;
  Linear out_;
  RMSNorm norm_;
};

}  // namespace

std::unique_ptr<Mixer> build_differential_attention(const Settings& set, const Build& build, Mixer*) {
  return std::make_unique<DifferentialAttention>(set, build);
}

}  // namespace madsearch
