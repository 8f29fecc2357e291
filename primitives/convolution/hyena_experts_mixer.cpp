#include <ATen/ATen.h>

#include <optional>

#include "primitives/convolution/hyena_filter.h"
#include "primitives/layers/causal_conv.h"
#include "primitives/layers/distillation.h"
#include "primitives/layers/initial_values.h"
#include "primitives/layers/linear.h"
#include "primitives/layers/long_convolution.h"
#include "primitives/layers/routing.h"
#include "primitives/mixer.h"
#include "primitives/shared_knobs.h"

namespace madsearch {
namespace {

class HyenaExperts : public Mixer {
 public:
  HyenaExperts(const Settings& set, const Build& build)
      : experts_(set.count("experts")),
        active_(set.count("active")),
        reference_(build.protocol == Protocol::kMadLab),
        in_(build.inside("in_proj"), build.width, 3 * build.width, {.bias = true}),
        filter_(build.inside("long_conv.filter"), build.width, set.count("filter_order")),
        router_(build.inside("router"), build.width, experts_, {.bias = reference_}),
        out_(build.inside("out_proj"), build.width / experts_, build.width, {.bias = true}) {
    child("in_proj", in_);
    if (const auto k = taps(set))
      child("short_filter", conv_.emplace(build.inside("short_filter"), 3 * build.width, k));
    parameter("long_conv.bias", bias_, normal_init(build, "long_conv.bias", {build.width}, 1));
    child("long_conv.filter", filter_);
    child("router", router_);
    child("out_proj", out_);
  }

  at::Tensor forward(const at::Tensor& x) override {
    const auto projected = in_(x);
    const auto parts = (conv_ ? (*conv_)(projected) : projected).chunk(3, -1);  // x0, x1, v [R, B, T, D]
    const auto u = (parts[2] * parts[1]).transpose(2, 3);
    const auto h = distilled() ? distilled()->responses(x.size(2)) : filter_(x.size(2));
    const auto y = long_convolution(u, h) + u * bias_.unsqueeze(1).unsqueeze(-1);
    return mix(x, y.transpose(2, 3) * parts[0]);
  }

  at::Tensor step(const at::Tensor& x, State& state) override {
    if (state.tensors.empty()) state.tensors.resize(2);
    auto &memory = state.tensors[0], &cache = state.tensors[1];
    const auto projected = in_(x);
    const auto parts = (conv_ ? conv_->step(projected, cache) : projected).chunk(3, -1);
    const auto u = parts[2] * parts[1];
    ++state.position;
    const auto y = distilled() ? distilled()->step(u.unsqueeze(-1), memory).squeeze(-1)
                               : long_convolution_step(u, filter_(state.position), memory);
    return mix(x, (y + u * bias_.unsqueeze(1)) * parts[0]);
  }

  at::Tensor auxiliary_loss() const override { return balance_; }
  bool has_auxiliary_loss() const override { return !reference_; }
  at::Tensor long_filters() const override { return filter_.whole(); }

 private:
  /// The experts' outputs y [R, ..., D], weighted as the router sees x, through the one output projection.
  at::Tensor mix(const at::Tensor& x, const at::Tensor& y) {
    const auto scores = router_.precise(x);
    at::Tensor weights;  // [R, ..., E]
    if (reference_) {
      weights = reference_routing(scores, active_);
    } else {
      const auto routing = route(scores, active_);
      weights = routing.weights;
      balance_ = routing.balance;
    }
    auto sizes = y.sizes().vec();
    sizes.back() /= experts_;
    sizes.push_back(experts_);
    return out_((y.reshape(sizes) * weights.unsqueeze(-2)).sum(-1));
  }

  std::int64_t experts_, active_;
  bool reference_;
  Linear in_;
  std::optional<CausalConv> conv_;
  HyenaFilter filter_;
  Linear router_, out_;
  at::Tensor bias_;     // [R, D]
  at::Tensor balance_;  // [R], of the last forward
};

}  // namespace

std::unique_ptr<Mixer> build_hyena_experts(const Settings& set, const Build& build, Mixer*) {
  return std::make_unique<HyenaExperts>(set, build);
}

}  // namespace madsearch
