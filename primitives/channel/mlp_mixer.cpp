#include <ATen/ATen.h>

#include "primitives/layers/linear.h"
#include "primitives/mixer.h"

namespace madsearch {
namespace {

class MLP : public Mixer {
 public:
  MLP(std::int64_t inner, bool squared_relu, const Build& build)
      : squared_relu_(squared_relu),
        fc_(build.inside("fc"), build.width, inner),
        proj_(build.inside("proj"), inner, build.width) {
    child("fc", fc_);
    child("proj", proj_);
  }
  at::Tensor forward(const at::Tensor& x) override {
    const auto u = fc_(x);
    return proj_(squared_relu_ ? at::relu(u).square() : at::gelu(u, "tanh"));
  }
  at::Tensor step(const at::Tensor& x, State&) override { return forward(x); }

 private:
  bool squared_relu_;
  Linear fc_, proj_;
};

}  // namespace

std::unique_ptr<Mixer> build_mlp(const Settings& set, const Build& build, Mixer*) {
  return std::make_unique<MLP>(set.at("inner").of(build.width), set.word("activation") == "relu2", build);
}

}  // namespace madsearch
