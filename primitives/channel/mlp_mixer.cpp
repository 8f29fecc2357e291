#include <ATen/ATen.h>

#include "primitives/layers/linear.h"
#include "primitives/layers/residual_conv.h"
#include "primitives/mixer.h"
#include "primitives/shared_knobs.h"

namespace madsearch {
namespace {

class MLP : public Mixer {
 public:
  MLP(const Settings& set, std::int64_t inner, const Build& build)
      : squared_relu_(set.word("activation") == "relu2"),
        fc_(build.inside("fc"), build.width, inner),
        conv_(build.inside("conv"), inner, taps(set)),
        proj_(build.inside("proj"), inner, build.width) {
    child("fc", fc_);
    child("conv", conv_);
    child("proj", proj_);
  }

  at::Tensor forward(const at::Tensor& x) override { return proj_(activated(conv_(fc_(x)))); }

  at::Tensor step(const at::Tensor& x, State& state) override {
    if (state.tensors.empty()) state.tensors.resize(1);
    ++state.position;
    return proj_(activated(conv_.step(fc_(x), state.tensors[0])));
  }

 private:
  at::Tensor activated(const at::Tensor& u) const { return squared_relu_ ? at::relu(u).square() : at::gelu(u, "tanh"); }

  bool squared_relu_;
  Linear fc_;
  ResidualConv conv_;
  Linear proj_;
};

}  // namespace

std::unique_ptr<Mixer> build_mlp(const Settings& set, const Build& build, Mixer*) {
  return std::make_unique<MLP>(set, set.at("inner").of(build.width), build);
}

}  // namespace madsearch
