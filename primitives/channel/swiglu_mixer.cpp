#include <ATen/ATen.h>

#include <optional>

#include "primitives/layers/linear.h"
#include "primitives/layers/residual_conv.h"
#include "primitives/mixer.h"
#include "primitives/ops/fused.h"
#include "primitives/shared_knobs.h"

namespace madsearch {
namespace {

class SwiGLU : public Mixer {
 public:
  SwiGLU(const Settings& set, std::int64_t inner, const Build& build)
      : gelu_(set.word("activation") == "gelu"),
        w1_(build.inside("w1"), build.width, inner),
        w2_(build.inside("w2"), build.width, inner),
        w3_(build.inside("w3"), inner, build.width) {
    child("w1", w1_);
    child("w2", w2_);
    if (taps(set)) child("conv", conv_.emplace(build.inside("conv"), 2 * inner, taps(set)));
    child("w3", w3_);
  }

  at::Tensor forward(const at::Tensor& x) override {
    if (!conv_) return w3_(gated(w1_(x), w2_(x)));
    const auto parts = (*conv_)(at::cat({w1_(x), w2_(x)}, -1)).chunk(2, -1);
    return w3_(gated(parts[0], parts[1]));
  }

  at::Tensor step(const at::Tensor& x, State& state) override {
    if (!conv_) return forward(x);
    if (state.tensors.empty()) state.tensors.resize(1);
    const auto parts = conv_->step(at::cat({w1_(x), w2_(x)}, -1), state.tensors[0]).chunk(2, -1);
    ++state.position;
    return w3_(gated(parts[0], parts[1]));
  }

 private:
  at::Tensor gated(const at::Tensor& a, const at::Tensor& b) const {
    return gelu_ ? at::gelu(a, "tanh") * b : fused_silu_gate(a, b);
  }

  const bool gelu_;
  Linear w1_, w2_, w3_;
  std::optional<ResidualConv> conv_;  // over both products
};

}  // namespace

std::unique_ptr<Mixer> build_swiglu(const Settings& set, const Build& build, Mixer*) {
  return std::make_unique<SwiGLU>(set, set.at("inner").of(build.width), build);
}

}  // namespace madsearch
