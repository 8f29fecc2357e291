#include <ATen/ATen.h>

#include <cmath>
#include <memory>

#include "primitives/layers/linear.h"
#include "primitives/layers/residual_conv.h"
#include "primitives/mixer.h"
#include "primitives/ops/gated_recurrence.h"
#include "primitives/shared_knobs.h"

namespace madsearch {
namespace {

/// φ of the data sheet, over the last axis: [R, B, T, H, f] -> [R, B, T, H, F].
class FeatureMap : public Module {
 public:
  FeatureMap(const std::string& name, const Build& build, std::int64_t f)
      : name_(name), mad_lab_(build.protocol == Protocol::kMadLab) {
    const auto linear = [&](const std::string& inner) {
      layers_.push_back(std::make_unique<Linear>(build.inside(inner), f, f, Linear::Options{.bias = true}));
      child(inner, *layers_.back());
    };
    if (name == "elementwise_product") {
      linear("layer1");
      linear("layer2");
    }
    if (name == "hedgehog" || name == "t2r") linear("layer");
    if (name == "hedgehog")
      layers_[0]->weight.detach().copy_(at::eye(f, build.options).expand({build.replicas(), f, f}));
    if (name == "taylor") choose_pairs(f, build.options);
  }
  at::Tensor operator()(const at::Tensor& u) const {
    if (name_ == "elu") return at::elu(u) + 1;
    if (name_ == "relu") return at::relu(u);
    if (name_ == "identity") return u;
    if (name_ == "t2r") return at::relu((*layers_[0])(u));
    if (name_ == "elementwise_product") return (*layers_[0])(u) * (*layers_[1])(u);
    if (name_ == "dpfp") {
      const auto positive = at::relu(u);
      const auto c = at::cat({positive, mad_lab_ ? -positive : at::relu(-u)}, -1);
      std::vector<at::Tensor> products;
      for (std::int64_t j = 1; j <= kShifts; ++j) products.push_back(c * c.roll(j, -1));
      return at::cat(products, -1);
    }
    if (name_ == "taylor") {
      const auto with_one = at::constant_pad_nd(u, {1, 0}, 1);
      return at::matmul(with_one, first_) * at::matmul(with_one, second_);
    }
    const auto v = 2 * (*layers_[0])(u);
    return at::softmax(at::cat({v, -v}, -1), -1);
  }

 private:
  static constexpr std::int64_t kShifts = 4;  // of dpfp; ν of the paper

  /// Each of Taylor's features is a product of two numbers of (1, u). A column of `first_` and one of `second_`
  /// [1 + f, F] pick the two factors; the second also holds the feature's scale. Products with these matrices are
  /// faster than gathering, above all backwards.
  void choose_pairs(std::int64_t f, const at::TensorOptions& options) {
    const auto pairs = at::triu_indices(1 + f, 1 + f, 0, options.dtype(at::kLong));
    const auto i = pairs[0], j = pairs[1];
    const auto size = static_cast<double>(f);
    auto scale = at::full({i.size(0)}, 1 / std::sqrt(size), options);
    scale = at::where(i == j, at::full_like(scale, 1 / std::sqrt(2 * size)), scale);
    scale = at::where(
        i == 0, at::where(j == 0, at::ones_like(scale), at::full_like(scale, 1 / std::sqrt(std::sqrt(size)))), scale);
    const auto identity = at::eye(1 + f, options);
    first_ = identity.index_select(1, i);
    second_ = identity.index_select(1, j) * scale;
  }

  std::string name_;
  bool mad_lab_;
  std::vector<std::unique_ptr<Linear>> layers_;
  at::Tensor first_, second_;
};

class LinearAttention : public Mixer {
 public:
  LinearAttention(const Settings& set, const Build& build)
      : heads_(set.count("heads")),
        size_(build.width / heads_),
        features_(set.at("feature_size").is_word() ? size_ : set.count("feature_size")),
        epsilon_(build.protocol == Protocol::kMadLab ? 1e-12 : 1e-6),
        normalised_(build.protocol == Protocol::kMadLab ||
                    (set.word("feature_map") != "identity" && set.word("feature_map") != "elementwise_product")),
        map_q_(set.word("feature_map"), build.inside("feature_map_q"), features_),
        map_k_(set.word("feature_map"), build.inside("feature_map_k"), features_),
        q_(build.inside("proj_q"), build.width, heads_ * features_),
        k_(build.inside("proj_k"), build.width, heads_ * features_),
        v_(build.inside("proj_v"), build.width, build.width),
        conv_(build.inside("conv"), 2 * heads_ * features_ + build.width, taps(set)),
        out_(build.inside("out_proj"), build.width, build.width) {
    child("feature_map_q", map_q_);
    child("feature_map_k", map_k_);
    child("proj_q", q_);
    child("proj_k", k_);
    child("proj_v", v_);
    child("conv", conv_);
    child("out_proj", out_);
  }

  at::Tensor forward(const at::Tensor& x) override {
    const auto R = x.size(0), B = x.size(1), T = x.size(2), D = x.size(3);
    const auto heads = [&](const at::Tensor& u) { return u.view({R, B, T, heads_, -1}); };
    const auto qkv = conv_({q_(x), k_(x), v_(x)});
    auto v = heads(qkv[2]);
    if (normalised_) v = at::constant_pad_nd(v, {0, 1}, 1);  // a column of ones makes z the last column of S
    const auto y = gated_recurrence(map_q_(heads(qkv[0])).transpose(2, 3), map_k_(heads(qkv[1])).transpose(2, 3), {},
                                    v.transpose(2, 3));
    return out_(quotient(y).transpose(2, 3).reshape({R, B, T, D}));
  }

  at::Tensor step(const at::Tensor& x, State& state) override {
    const auto R = x.size(0), B = x.size(1), D = x.size(2);
    const auto heads = [&](const at::Tensor& u) { return u.view({R, B, 1, heads_, -1}); };
    if (state.tensors.empty()) state.tensors.resize(2);  // S with z, and what the convolution still sees
    auto& S = state.tensors[0];
    const auto qkv = conv_.step({q_(x), k_(x), v_(x)}, state.tensors[1]);
    auto v = heads(qkv[2]);
    if (normalised_) v = at::constant_pad_nd(v, {0, 1}, 1);
    const auto update =
        map_k_(heads(qkv[1])).squeeze(2).unsqueeze(-1) * v.squeeze(2).unsqueeze(-2);  // [R, B, H, F, d or d + 1]
    S = S.defined() ? S + update : update;
    ++state.position;
    const auto y = at::matmul(map_q_(heads(qkv[0])).squeeze(2).unsqueeze(-2), S).squeeze(-2);
    return out_(quotient(y).reshape({R, B, D}));
  }

 private:
  at::Tensor quotient(const at::Tensor& y) const {
    return normalised_ ? y.slice(-1, 0, size_) / (y.slice(-1, size_) + epsilon_) : y;
  }

  std::int64_t heads_;
  std::int64_t size_, features_;  // of a head: channels of values; of queries and keys
  double epsilon_;
  bool normalised_;
  FeatureMap map_q_, map_k_;
  Linear q_, k_, v_;
  ResidualConv conv_;
  Linear out_;
};

}  // namespace

std::unique_ptr<Mixer> build_linear_attention(const Settings& set, const Build& build, Mixer*) {
  return std::make_unique<LinearAttention>(set, build);
}

}  // namespace madsearch
