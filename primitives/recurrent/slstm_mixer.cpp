#include <ATen/ATen.h>

#include <cmath>
#include <limits>
#include <optional>

#include "primitives/layers/causal_conv.h"
#include "primitives/layers/initial_values.h"
#include "primitives/layers/norms.h"
#include "primitives/mixer.h"
#include "primitives/ops/cells.h"
#include "primitives/recurrent/headwise.h"
#include "primitives/shared_knobs.h"

namespace madsearch {
namespace {

class SLSTM : public Mixer {
 public:
  SLSTM(const Settings& set, const Build& build)
      : cell_(set.word("forget") == "sigmoid" ? Cell::kSlstm : Cell::kSlstmExponential),
        norm_(build.inside("norm"), set.count("heads"), build.width, 1e-5, false) {
    const auto D = build.width, H = set.count("heads"), d = D / H;
    const double small = std::sqrt(2 / (5 * static_cast<double>(D)));
    const auto zeros = at::zeros({D}, at::kDouble);
    // From long memory to short within each head.
    const auto forget = 5 - 12 * (at::arange(d, at::kDouble) / static_cast<double>(d - 1)).pow(0.3);
    parameter("conv_gates.weight", conv_gates_, headwise_init(build, "conv_gates.weight", {H, 2, d, d}, small));
    parameter("gates.weight", gates_, headwise_init(build, "gates.weight", {H, 2, d, d}, small));
    parameter("recurrent.weight", recurrent_, at::zeros({build.replicas(), H, 4, d, d}, build.options));
    parameter("recurrent.bias", bias_, constant_init(build, at::cat({zeros, forget.repeat({H}), zeros, zeros})));
    child("norm", norm_);
    if (taps(set)) child("conv1d", conv_.emplace(build.inside("conv1d"), D, taps(set)));
  }

  at::Tensor forward(const at::Tensor& x) override {
    const auto gates =
        at::cat({headwise_product(conv_ ? at::silu((*conv_)(x)) : x, conv_gates_), headwise_product(x, gates_)}, -1);
    return norm_(run_cell(cell_, gates, recurrent_, bias_).h);  // [R, B, T, D]
  }

  at::Tensor step(const at::Tensor& x, State& state) override {
    if (state.tensors.empty()) {
      const auto zeros = at::zeros_like(x);
      state.tensors = {zeros, zeros, zeros, at::full_like(x, -std::numeric_limits<double>::infinity()), at::Tensor()};
    }
    auto &h = state.tensors[0], &c = state.tensors[1], &n = state.tensors[2], &m = state.tensors[3];  // [R, B, D]
    const auto u = conv_ ? at::silu(conv_->step(x, state.tensors[4])) : x;
    const auto in = at::cat({headwise_product(u, conv_gates_), headwise_product(x, gates_)}, -1);
    const auto gates = (in + headwise_product(h, recurrent_) + bias_.unsqueeze(1)).chunk(4, -1);  // i, f, z, o
    const auto faded = (cell_ == Cell::kSlstm ? at::log_sigmoid(gates[1]) : gates[1]) + m;
    m = at::maximum(faded, gates[0]).detach();  // h does not depend on it
    const auto take = at::exp(gates[0] - m);
    const auto keep = at::exp(faded - m);
    c = keep * c + take * at::tanh(gates[2]);
    n = keep * n + take;
    h = at::sigmoid(gates[3]) * c / n;
    ++state.position;
    return norm_(h);
  }

 private:
  Cell cell_;
  GroupNorm norm_;
  std::optional<CausalConv> conv_;
  at::Tensor conv_gates_, gates_;  // of i and f, of z and o: [R, H, 2, d, d]
  at::Tensor recurrent_, bias_;    // [R, H, 4, d, d], [R, 4 D]
};

}  // namespace

std::unique_ptr<Mixer> build_slstm(const Settings& set, const Build& build, Mixer*) {
  return std::make_unique<SLSTM>(set, build);
}

}  // namespace madsearch
