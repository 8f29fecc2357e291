#include <ATen/ATen.h>

#include "primitives/layers/causal_conv.h"
#include "primitives/mixer.h"

namespace madsearch {
namespace {

class Canon : public Mixer {
 public:
  Canon(const Settings& set, const Build& build) : conv_(build.inside("conv"), build.width, set.count("conv"), false) {
    child("conv", conv_);
  }

  at::Tensor forward(const at::Tensor& x) override { return conv_(x); }

  at::Tensor step(const at::Tensor& x, State& state) override {
    if (state.tensors.empty()) state.tensors.resize(1);
    ++state.position;
    return conv_.step(x, state.tensors[0]);
  }

 private:
  CausalConv conv_;
};

}  // namespace

std::unique_ptr<Mixer> build_canon(const Settings& set, const Build& build, Mixer*) {
  return std::make_unique<Canon>(set, build);
}

}  // namespace madsearch
