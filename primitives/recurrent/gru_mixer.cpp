#include <ATen/ATen.h>

#include <cmath>

#include "primitives/layers/initial_values.h"
#include "primitives/layers/linear.h"
#include "primitives/layers/residual_conv.h"
#include "primitives/mixer.h"
#include "primitives/ops/cells.h"
#include "primitives/recurrent/headwise.h"
#include "primitives/shared_knobs.h"

namespace madsearch {
namespace {

class GRU : public Mixer {
 public:
  GRU(const Settings& set, const Build& build)
      : input_(build.inside("input"), build.width, 3 * build.width, {.bias = true}),
        conv_(build.inside("conv"), 3 * build.width, taps(set)) {
    const auto D = build.width, H = set.count("heads");
    parameter("recurrent.weight", recurrent_,
              uniform_init(build, "recurrent.weight", {H, 3, D / H, D / H}, recurrent_bound(build, H)));
    parameter("recurrent.bias", bias_, uniform_init(build, "recurrent.bias", {3 * D}, fan_in_bound(D)));
    child("input", input_);
    child("conv", conv_);
    draw_uniform_bias(build.inside("input"), input_);
  }

  at::Tensor forward(const at::Tensor& x) override {
    return run_cell(Cell::kGru, conv_(input_(x)), recurrent_, bias_).h;
  }

  at::Tensor step(const at::Tensor& x, State& state) override {
    if (state.tensors.empty()) state.tensors = {at::zeros_like(x), at::Tensor()};
    auto& h = state.tensors[0];                                            // [R, B, D]
    const auto in = conv_.step(input_(x), state.tensors[1]).chunk(3, -1);  // r, z, n
    const auto rec = (headwise_product(h, recurrent_) + bias_.unsqueeze(1)).chunk(3, -1);
    const auto r = at::sigmoid(in[0] + rec[0]);
    const auto z = at::sigmoid(in[1] + rec[1]);
    const auto n = at::tanh(in[2] + r * rec[2]);
    h = n + z * (h - n);
    ++state.position;
    return h;
  }

 private:
  Linear input_;
  ResidualConv conv_;
  at::Tensor recurrent_, bias_;  // [R, H, 3, D/H, D/H], [R, 3 D]
};

}  // namespace

std::unique_ptr<Mixer> build_gru(const Settings& set, const Build& build, Mixer*) {
  return std::make_unique<GRU>(set, build);
}

}  // namespace madsearch
