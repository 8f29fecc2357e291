#include <ATen/ATen.h>

#include "primitives/layers/initial_values.h"
#include "primitives/layers/token_shift.h"
#include "primitives/linear_attention/rwkv_time.h"
#include "primitives/mixer.h"
#include "primitives/ops/per_channel.h"

namespace madsearch {
namespace {

class RWKV5 : public RWKVTime {
 public:
  RWKV5(const Settings& set, const Build& build) : RWKVTime(set, build) {
    parameter("time_maa_k", mu_k_, constant_init(build, initial_shares(build.width, 1)));
    parameter("time_maa_v", mu_v_, constant_init(build, initial_shares(build.width, 1)));
    parameter("time_maa_r", mu_r_, constant_init(build, initial_shares(build.width, 0.5)));
    parameter("time_maa_g", mu_g_, constant_init(build, initial_shares(build.width, 0.5)));
    parameter("time_decay", omega_, constant_init(build, initial_omega(build.width)));
  }

 private:
  Inputs inputs(const at::Tensor& x, const at::Tensor& change) const override {
    return {.r = token_shifted(x, change, mu_r_),
            .k = token_shifted(x, change, mu_k_),
            .v = token_shifted(x, change, mu_v_),
            .g = token_shifted(x, change, mu_g_),
            .log_w = per_channel(log_decay(omega_), x)};
  }

  at::Tensor mu_k_, mu_v_, mu_r_, mu_g_, omega_;  // [R, D]
};

}  // namespace

std::unique_ptr<Mixer> build_rwkv5(const Settings& set, const Build& build, Mixer*) {
  return std::make_unique<RWKV5>(set, build);
}

}  // namespace madsearch
