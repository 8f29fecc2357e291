#include <ATen/ATen.h>

#include <cmath>
#include <memory>

#include "primitives/builders.h"
#include "primitives/layers.h"
#include "primitives/recurrences.h"

namespace madsearch {
namespace {

/// φ of the header, over the last axis: [R, B, T, H, d] -> [R, B, T, H, F].
class FeatureMap : public Module {
 public:
  FeatureMap(const std::string& name, const Build& build, std::int64_t d) : name_(name) {
    const auto linear = [&](const std::string& inner) {
      layers_.push_back(std::make_unique<Linear>(build.inside(inner), d, d, Linear::Options{.bias = true}));
      child(inner, *layers_.back());
    };
    if (name == "elementwise_product") linear("layer1"), linear("layer2");
    if (name == "hedgehog" || name == "t2r") linear("layer");
    if (name == "hedgehog") layers_[0]->weight.detach().copy_(at::eye(d, build.options).expand({build.replicas(), d, d}));
  }
  at::Tensor operator()(const at::Tensor& u) const {
    if (name_ == "elu") return at::elu(u) + 1;
    if (name_ == "relu") return at::relu(u);
    if (name_ == "identity") return u;
    if (name_ == "t2r") return at::relu((*layers_[0])(u));
    if (name_ == "elementwise_product") return (*layers_[0])(u) * (*layers_[1])(u);
    const auto v = 2 * (*layers_[0])(u);
    return at::softmax(at::cat({v, -v}, -1), -1);
  }

 private:
  std::string name_;
  std::vector<std::unique_ptr<Linear>> layers_;
};

class LinearAttention : public Mixer {
 public:
  LinearAttention(const Settings& set, const Build& build)
      : heads_(set.count("heads")),
        size_(build.width / heads_),
        epsilon_(build.protocol == Protocol::kMadLab ? 1e-12 : 1e-6),
        normalised_(build.protocol == Protocol::kMadLab ||
                    (set.word("feature_map") != "identity" && set.word("feature_map") != "elementwise_product")),
        map_q_(set.word("feature_map"), build.inside("feature_map_q"), size_),
        map_k_(set.word("feature_map"), build.inside("feature_map_k"), size_),
        q_(build.inside("proj_q"), build.width, build.width),
        k_(build.inside("proj_k"), build.width, build.width),
        v_(build.inside("proj_v"), build.width, build.width),
        out_(build.inside("out_proj"), build.width, build.width) {
    child("feature_map_q", map_q_);
    child("feature_map_k", map_k_);
    child("proj_q", q_);
    child("proj_k", k_);
    child("proj_v", v_);
    child("out_proj", out_);
  }

  at::Tensor forward(const at::Tensor& x) override {
    const auto R = x.size(0), B = x.size(1), T = x.size(2), D = x.size(3);
    const auto heads = [&](const at::Tensor& u) { return u.view({R, B, T, heads_, size_}); };
    auto v = heads(v_(x));
    if (normalised_) v = at::constant_pad_nd(v, {0, 1}, 1);   // a column of ones makes z the last column of S
    const auto y = gated_recurrence(map_q_(heads(q_(x))).transpose(2, 3), map_k_(heads(k_(x))).transpose(2, 3), {}, v.transpose(2, 3));
    return out_(quotient(y).transpose(2, 3).reshape({R, B, T, D}));
  }

  at::Tensor step(const at::Tensor& x, State& state) override {
    const auto R = x.size(0), B = x.size(1), D = x.size(2);
    const auto heads = [&](const at::Tensor& u) { return u.view({R, B, 1, heads_, size_}); };
    auto v = heads(v_(x));
    if (normalised_) v = at::constant_pad_nd(v, {0, 1}, 1);
    const auto update = map_k_(heads(k_(x))).squeeze(2).unsqueeze(-1) * v.squeeze(2).unsqueeze(-2);  // [R, B, H, F, d or d + 1]
    state.tensors = {state.tensors.empty() ? update : state.tensors[0] + update};
    ++state.position;
    const auto y = at::matmul(map_q_(heads(q_(x))).squeeze(2).unsqueeze(-2), state.tensors[0]).squeeze(-2);
    return out_(quotient(y).reshape({R, B, D}));
  }

 private:
  at::Tensor quotient(const at::Tensor& y) const {
    return normalised_ ? y.slice(-1, 0, size_) / (y.slice(-1, size_) + epsilon_) : y;
  }

  std::int64_t heads_, size_;
  double epsilon_;
  bool normalised_;
  FeatureMap map_q_, map_k_;
  Linear q_, k_, v_, out_;
};

}  // namespace

std::unique_ptr<Mixer> build_linear_attention(const Settings& set, const Build& build, Mixer*) {
  return std::make_unique<LinearAttention>(set, build);
}

}  // namespace madsearch
