#include <ATen/ATen.h>

#include "primitives/layers/causal_conv.h"
#include "primitives/layers/linear.h"
#include "primitives/mixer.h"

namespace madsearch {
namespace {

class GatedShortConv : public Mixer {
 public:
  GatedShortConv(const Settings& set, const Build& build)
      : in_(build.inside("in_proj"), build.width, 3 * build.width),
        conv_(build.inside("conv"), build.width, set.count("conv"), false),
        out_(build.inside("out_proj"), build.width, build.width) {
    child("in_proj", in_);
    child("conv", conv_);
    child("out_proj", out_);
  }

  at::Tensor forward(const at::Tensor& x) override {
    const auto parts = in_(x).chunk(3, -1);  // B, C, u [R, B, T, D]
    return out_(parts[1] * conv_(parts[0] * parts[2]));
  }

  at::Tensor step(const at::Tensor& x, State& state) override {
    if (state.tensors.empty()) state.tensors.resize(1);
    const auto parts = in_(x).chunk(3, -1);
    ++state.position;
    return out_(parts[1] * conv_.step(parts[0] * parts[2], state.tensors[0]));
  }

 private:
  Linear in_;
  CausalConv conv_;
  Linear out_;
};

}  // namespace

std::unique_ptr<Mixer> build_gated_short_conv(const Settings& set, const Build& build, Mixer*) {
  return std::make_unique<GatedShortConv>(set, build);
}

}  // namespace madsearch
