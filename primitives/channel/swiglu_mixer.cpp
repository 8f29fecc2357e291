#include <ATen/ATen.h>

#include "primitives/layers/linear.h"
#include "primitives/mixer.h"
#include "primitives/ops/fused.h"

namespace madsearch {
namespace {

class SwiGLU : public Mixer {
 public:
  SwiGLU(std::int64_t inner, const Build& build)
      : w1_(build.inside("w1"), build.width, inner),
        w2_(build.inside("w2"), build.width, inner),
        w3_(build.inside("w3"), inner, build.width) {
    child("w1", w1_);
    child("w2", w2_);
    child("w3", w3_);
  }
  at::Tensor forward(const at::Tensor& x) override { return w3_(fused_silu_gate(w1_(x), w2_(x))); }
  at::Tensor step(const at::Tensor& x, State&) override { return forward(x); }

 private:
  Linear w1_, w2_, w3_;
};

}  // namespace

std::unique_ptr<Mixer> build_swiglu(const Settings& set, const Build& build, Mixer*) {
  return std::make_unique<SwiGLU>(set.at("inner").of(build.width), build);
}

}  // namespace madsearch
