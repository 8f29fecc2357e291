#include <ATen/ATen.h>

#include <array>

#include "primitives/layers/initial_values.h"
#include "primitives/layers/token_shift.h"
#include "primitives/linear_attention/rwkv_time.h"
#include "primitives/mixer.h"
#include "primitives/ops/per_channel.h"

namespace madsearch {
namespace {

class RWKV6 : public RWKVTime {
 public:
  RWKV6(const Settings& set, const Build& build) : RWKVTime(set, build), rank_(set.count("mix_rank")) {
    const auto D = build.width, decay_rank = set.count("decay_rank");
    constexpr double kSmall = 1e-4;  // of the products of low rank at first
    parameter("time_maa_x", mu_x_, constant_init(build, initial_shares(D, 1)));
    for (std::size_t n = 0; n < kMoved.size(); ++n) {
      const double power = n == kReceptance || n == kGate ? 0.5 : 1;
      parameter(std::string("time_maa_") + kMoved[n], mu_[n], constant_init(build, initial_shares(D, power)));
    }
    parameter("time_maa_w1", A_, uniform_init(build, "time_maa_w1", {D, 5 * rank_}, kSmall));
    parameter("time_maa_w2", B_, uniform_init(build, "time_maa_w2", {5, rank_, D}, kSmall));
    parameter("time_decay", omega_, constant_init(build, initial_omega(D)));
    parameter("time_decay_w1", C_, uniform_init(build, "time_decay_w1", {D, decay_rank}, kSmall));
    parameter("time_decay_w2", E_, uniform_init(build, "time_decay_w2", {decay_rank, D}, kSmall));
  }

 private:
  Inputs inputs(const at::Tensor& x, const at::Tensor& change) const override {
    const auto R = x.size(0), D = x.size(-1);
    const auto tokens = [&](const at::Tensor& u) { return u.reshape({R, 1, -1, D}); };
    const auto s = at::tanh(at::matmul(tokens(token_shifted(x, change, mu_x_)).squeeze(1), A_));  // [R, B T, 5 rank]
    const auto offsets = at::matmul(s.view({R, -1, 5, rank_}).transpose(1, 2), B_);               // [R, 5, B T, D]
    const auto moved = at::addcmul(tokens(x), tokens(change), at::stack(mu_, 1).unsqueeze(2) + offsets);
    const auto of = [&](std::size_t n) { return moved.select(1, static_cast<std::int64_t>(n)).view(x.sizes()); };
    const auto omega = at::matmul(at::tanh(at::matmul(moved.select(1, kDecay), C_)), E_).view(x.sizes());
    return {.r = of(kReceptance),
            .k = of(kKey),
            .v = of(kValue),
            .g = of(kGate),
            .log_w = log_decay(per_channel(omega_, x) + omega)};
  }

  enum : std::size_t { kDecay, kKey, kValue, kReceptance, kGate };
  static constexpr std::array kMoved = {"w", "k", "v", "r", "g"};  // in the order of A's groups
  std::int64_t rank_;
  std::array<at::Tensor, kMoved.size()> mu_;  // [R, D]
  at::Tensor mu_x_, omega_;                   // [R, D]
  at::Tensor A_, B_;                          // [R, D, 5 rank], [R, 5, rank, D]
  at::Tensor C_, E_;                          // [R, D, decay_rank], [R, decay_rank, D]
};

}  // namespace

std::unique_ptr<Mixer> build_rwkv6(const Settings& set, const Build& build, Mixer*) {
  return std::make_unique<RWKV6>(set, build);
}

}  // namespace madsearch
