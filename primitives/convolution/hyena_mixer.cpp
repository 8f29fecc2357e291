#include <ATen/ATen.h>

#include <optional>

#include "primitives/convolution/hyena_filter.h"
#include "primitives/layers/causal_conv.h"
#include "primitives/layers/distillation.h"
#include "primitives/layers/initial_values.h"
#include "primitives/layers/linear.h"
#include "primitives/layers/long_convolution.h"
#include "primitives/mixer.h"
#include "primitives/shared_knobs.h"

namespace madsearch {
namespace {

class Hyena : public Mixer {
 public:
  Hyena(const Settings& set, const Build& build)
      : inner_(set.at("inner").of(build.width)),
        groups_(set.count("proj_groups")),
        in_(build.inside("in_proj"), build.width, 3 * inner_ / groups_, {.bias = true}),
        filter_(build.inside("long_conv.filter"), inner_, set.count("filter_order")),
        out_(build.inside("out_proj"), inner_, build.width, {.bias = true}) {
    child("in_proj", in_);
    if (const auto k = taps(set)) child("short_filter", conv_.emplace(build.inside("short_filter"), 3 * inner_, k));
    parameter("long_conv.bias", bias_, normal_init(build, "long_conv.bias", {inner_}, 1));
    child("long_conv.filter", filter_);
    child("out_proj", out_);
  }

  at::Tensor forward(const at::Tensor& x) override {
    const auto projected = in_(x).repeat({1, 1, 1, groups_});
    const auto parts = (conv_ ? (*conv_)(projected) : projected).chunk(3, -1);  // x0, x1, v [R, B, T, I]
    const auto u = (parts[2] * parts[1]).transpose(2, 3);
    const auto h = distilled() ? distilled()->responses(x.size(2)) : filter_(x.size(2));
    const auto y = long_convolution(u, h) + u * bias_.unsqueeze(1).unsqueeze(-1);
    return out_(y.transpose(2, 3) * parts[0]);
  }

  at::Tensor step(const at::Tensor& x, State& state) override {
    if (state.tensors.empty()) state.tensors.resize(2);
    auto &memory = state.tensors[0], &cache = state.tensors[1];
    const auto projected = in_(x).repeat({1, 1, groups_});
    const auto parts = (conv_ ? conv_->step(projected, cache) : projected).chunk(3, -1);
    const auto u = parts[2] * parts[1];
    ++state.position;
    const auto y = distilled() ? distilled()->step(u.unsqueeze(-1), memory).squeeze(-1)
                               : long_convolution_step(u, filter_(state.position), memory);
    return out_((y + u * bias_.unsqueeze(1)) * parts[0]);
  }

  at::Tensor long_filters() const override { return filter_.whole(); }

 private:
  std::int64_t inner_, groups_;
  Linear in_;
  std::optional<CausalConv> conv_;
  HyenaFilter filter_;
  Linear out_;
  at::Tensor bias_;  // [R, I]
};

}  // namespace

std::unique_ptr<Mixer> build_hyena(const Settings& set, const Build& build, Mixer*) {
  return std::make_unique<Hyena>(set, build);
}

}  // namespace madsearch
