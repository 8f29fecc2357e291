#include <ATen/ATen.h>

#include "primitives/layers/causal_conv.h"
#include "primitives/layers/linear.h"
#include "primitives/mixer.h"

namespace madsearch {
namespace {

class ShortConvMixer : public Mixer {
 public:
  ShortConvMixer(const Settings& set, const Build& build)
      : inner_(set.at("expand").of(build.width)),
        in_(build.inside("in_proj"), build.width, 2 * inner_, {.bias = true}),
        conv_(build.inside("conv"), inner_, set.count("conv"), false),
        out_(build.inside("out_proj"), inner_, build.width, {.bias = true}) {
    child("in_proj", in_);
    child("conv", conv_);
    child("out_proj", out_);
  }

  at::Tensor forward(const at::Tensor& x) override {
    const auto parts = in_(x).chunk(2, -1);  // u, g [R, B, T, I]
    return out_(at::silu(conv_(parts[0])) * parts[1]);
  }

  at::Tensor step(const at::Tensor& x, State& state) override {
    if (state.tensors.empty()) state.tensors.resize(1);
    const auto parts = in_(x).chunk(2, -1);
    ++state.position;
    return out_(at::silu(conv_.step(parts[0], state.tensors[0])) * parts[1]);
  }

 private:
  std::int64_t inner_;
  Linear in_;
  CausalConv conv_;
  Linear out_;
};

}  // namespace

std::unique_ptr<Mixer> build_short_conv(const Settings& set, const Build& build, Mixer*) {
  return std::make_unique<ShortConvMixer>(set, build);
}

}  // namespace madsearch
