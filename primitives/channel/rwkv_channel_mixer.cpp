#include <ATen/ATen.h>

#include <optional>

#include "primitives/layers/initial_values.h"
#include "primitives/layers/linear.h"
#include "primitives/layers/residual_conv.h"
#include "primitives/layers/token_shift.h"
#include "primitives/mixer.h"
#include "primitives/shared_knobs.h"

namespace madsearch {
namespace {

class RWKVChannel : public Mixer {
 public:
  RWKVChannel(const Settings& set, const Build& build)
      : key_(build.inside("key"), build.width, set.at("inner").of(build.width)),
        conv_(build.inside("conv"), set.at("inner").of(build.width), taps(set)),
        value_(build.inside("value"), set.at("inner").of(build.width), build.width) {
    parameter("time_maa_k", mu_k_, constant_init(build, initial_shares(build.width, 1)));
    child("key", key_);
    child("conv", conv_);
    child("value", value_);
    if (!on(set, "gate")) return;
    parameter("time_maa_r", mu_r_, constant_init(build, initial_shares(build.width, 1)));
    child("receptance", receptance_.emplace(build.inside("receptance"), build.width, build.width));
  }

  at::Tensor forward(const at::Tensor& x) override {
    const auto change = change_to_previous(x);
    return gated(x, change, conv_(keys(x, change)));
  }

  at::Tensor step(const at::Tensor& x, State& state) override {
    if (state.tensors.empty()) state.tensors = {at::zeros_like(x), at::Tensor()};
    const auto change = state.tensors[0] - x;
    state.tensors[0] = x;
    ++state.position;
    return gated(x, change, conv_.step(keys(x, change), state.tensors[1]));
  }

 private:
  at::Tensor keys(const at::Tensor& x, const at::Tensor& change) const { return key_(token_shifted(x, change, mu_k_)); }

  at::Tensor gated(const at::Tensor& x, const at::Tensor& change, const at::Tensor& u) const {
    const auto y = value_(at::relu(u).square());
    return receptance_ ? at::sigmoid((*receptance_)(token_shifted(x, change, mu_r_))) * y : y;
  }

  at::Tensor mu_k_, mu_r_;  // [R, D]
  Linear key_;
  ResidualConv conv_;
  Linear value_;
  std::optional<Linear> receptance_;
};

}  // namespace

std::unique_ptr<Mixer> build_rwkv_channel(const Settings& set, const Build& build, Mixer*) {
  return std::make_unique<RWKVChannel>(set, build);
}

}  // namespace madsearch
