#include <ATen/ATen.h>

#include <cmath>
#include <limits>
#include <optional>

#include "primitives/builders.h"
#include "primitives/cells.h"
#include "primitives/headwise.h"
#include "primitives/layers.h"
#include "primitives/shared_knobs.h"

namespace madsearch {
namespace {

class SLSTM : public Mixer {
 public:
  SLSTM(const Settings& set, const Build& build)
      : heads_(set.count("heads")), size_(build.width / heads_), sigmoid_(set.word("forget") == "sigmoid") {
    const auto D = build.width;
    const double small = std::sqrt(2 / (5 * static_cast<double>(D)));
    const auto zeros = at::zeros({D}, at::kDouble);
    // From long memory to short within each head.
    const auto forget = 5 - 12 * (at::arange(size_, at::kDouble) / static_cast<double>(size_ - 1)).pow(0.3);
    parameter("conv_gates.weight", conv_gates_, normal_init(build, "conv_gates.weight", {heads_, 2, size_, size_}, small));
    parameter("gates.weight", gates_, normal_init(build, "gates.weight", {heads_, 2, size_, size_}, small));
    parameter("recurrent.weight", recurrent_, at::zeros({build.replicas(), heads_, 4, size_, size_}, build.options));
    parameter("recurrent.bias", bias_, constant_init(build, at::cat({zeros, forget.repeat({heads_}), zeros, zeros})));
    parameter("norm.weight", norm_, at::ones({build.replicas(), D}, build.options));
    if (taps(set)) child("conv1d", conv_.emplace(build.inside("conv1d"), D, taps(set)));
  }

  at::Tensor forward(const at::Tensor& x) override {
    const auto gates = at::cat({headwise_product(conv_ ? at::silu((*conv_)(x)) : x, conv_gates_), headwise_product(x, gates_)}, -1);
    const auto h = run_cell(sigmoid_ ? Cell::kSlstm : Cell::kSlstmExponential, gates, recurrent_, bias_).h;  // [R, B, T, D]
    return normalised(h) * norm_.unsqueeze(1).unsqueeze(1);
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
    const auto faded = (sigmoid_ ? at::log_sigmoid(gates[1]) : gates[1]) + m;
    m = at::maximum(faded, gates[0]).detach();                // h does not depend on it
    const auto take = at::exp(gates[0] - m), keep = at::exp(faded - m);
    c = keep * c + take * at::tanh(gates[2]);
    n = keep * n + take;
    h = at::sigmoid(gates[3]) * c / n;
    ++state.position;
    return normalised(h) * norm_.unsqueeze(1);
  }

 private:
  /// Each head less its mean, over its deviation.
  at::Tensor normalised(const at::Tensor& h) const {
    auto sizes = h.sizes().vec();
    sizes.back() = heads_;
    sizes.push_back(size_);
    return at::layer_norm(h.view(sizes), {size_}, {}, {}, 1e-5).flatten(-2);
  }

  std::int64_t heads_, size_;
  bool sigmoid_;
  std::optional<ShortConv> conv_;
  at::Tensor conv_gates_, gates_;                             // of i and f, of z and o: [R, H, 2, d, d]
  at::Tensor recurrent_, bias_, norm_;                        // [R, H, 4, d, d], [R, 4 D], [R, D]
};

}  // namespace

std::unique_ptr<Mixer> build_slstm(const Settings& set, const Build& build, Mixer*) { return std::make_unique<SLSTM>(set, build); }

}  // namespace madsearch
