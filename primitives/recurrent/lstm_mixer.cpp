#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

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

class LSTM : public Mixer {
 public:
  LSTM(const Settings& set, const Build& build)
      : input_(build.inside("input"), build.width, 4 * build.width, {.bias = true}),
        conv_(build.inside("conv"), 4 * build.width, taps(set)) {
    const auto D = build.width, H = set.count("heads");
    parameter("recurrent.weight", recurrent_,
              uniform_init(build, "recurrent.weight", {H, 4, D / H, D / H}, recurrent_bound(build, H)));
    parameter("recurrent.bias", bias_, uniform_init(build, "recurrent.bias", {4 * D}, fan_in_bound(D)));
    child("input", input_);
    child("conv", conv_);
    draw_uniform_bias(build.inside("input"), input_);
    const at::NoGradGuard constant;
    input_.bias.slice(1, D, 2 * D).add_(set.count("forget_bias"));
  }

  at::Tensor forward(const at::Tensor& x) override {
    return run_cell(Cell::kLstm, conv_(input_(x)), recurrent_, bias_).h;
  }

  at::Tensor step(const at::Tensor& x, State& state) override {
    if (state.tensors.empty()) state.tensors = {at::zeros_like(x), at::zeros_like(x), at::Tensor()};
    auto &h = state.tensors[0], &c = state.tensors[1];  // [R, B, D]
    const auto in = conv_.step(input_(x), state.tensors[2]);
    const auto gates = (in + headwise_product(h, recurrent_) + bias_.unsqueeze(1)).chunk(4, -1);  // i, f, g, o
    c = at::sigmoid(gates[1]) * c + at::sigmoid(gates[0]) * at::tanh(gates[2]);
    h = at::sigmoid(gates[3]) * at::tanh(c);
    ++state.position;
    return h;
  }

 private:
  Linear input_;
  ResidualConv conv_;
  at::Tensor recurrent_, bias_;  // [R, H, 4, D/H, D/H], [R, 4 D]
};

}  // namespace

std::unique_ptr<Mixer> build_lstm(const Settings& set, const Build& build, Mixer*) {
  return std::make_unique<LSTM>(set, build);
}

}  // namespace madsearch
