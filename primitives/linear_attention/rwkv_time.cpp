#include "primitives/linear_attention/rwkv_time.h"

#include <ATen/ATen.h>

#include "primitives/layers/initial_values.h"
#include "primitives/layers/token_shift.h"
#include "primitives/ops/fused.h"
#include "primitives/ops/gated_recurrence.h"
#include "primitives/shared_knobs.h"

namespace madsearch {
namespace {

// In RWKV-5 the authors divide o by 8 before a norm of eps 1e-5. That is a norm of eps 64e-5, as RWKV-6's code has it.
constexpr double kNormEps = 64e-5;

}  // namespace

RWKVTime::RWKVTime(const Settings& set, const Build& build)
    : heads_(set.count("heads")),
      size_(build.width / heads_),
      receptance_(build.inside("receptance"), build.width, build.width),
      key_(build.inside("key"), build.width, build.width),
      value_(build.inside("value"), build.width, build.width),
      conv_(build.inside("conv"), 3 * build.width, taps(set)),
      output_(build.inside("output"), build.width, build.width),
      gate_(build.inside("gate"), build.width, build.width),
      norm_(build.inside("ln_x"), heads_, build.width, kNormEps) {
  const auto zigzag = 0.1 * (at::remainder(at::arange(1, build.width + 1, at::kDouble), 3) - 1);
  parameter("time_faaaa", u_, constant_init(build, zigzag));
  child("receptance", receptance_);
  child("key", key_);
  child("value", value_);
  child("conv", conv_);
  child("output", output_);
  child("gate", gate_);
  child("ln_x", norm_);
}

at::Tensor RWKVTime::forward(const at::Tensor& x) {
  const auto R = x.size(0), B = x.size(1), T = x.size(2), D = x.size(3);
  const auto in = inputs(x, change_to_previous(x));
  // [R, B, H, T, d]
  const auto heads = [&](const at::Tensor& c) { return c.view({R, B, T, heads_, size_}).transpose(2, 3); };
  const auto u = u_.view({R, 1, heads_, size_});
  const auto rkv = conv_({receptance_(in.r), key_(in.k), value_(in.v)});
  const auto o = gated_recurrence(heads(rkv[0]), heads(rkv[1]), heads(in.log_w.expand_as(x)), heads(rkv[2]), u);
  return gated(o.transpose(2, 3).reshape({R, B, T, D}), in.g);
}

at::Tensor RWKVTime::step(const at::Tensor& x, State& state) {
  const auto R = x.size(0), B = x.size(1), D = x.size(2);
  if (state.tensors.empty()) {
    state.tensors = {at::zeros({R, B, heads_, size_, size_}, x.options()), at::zeros_like(x), at::Tensor()};
  }
  auto &S = state.tensors[0], &last = state.tensors[1];
  const auto in = inputs(x, last - x);
  const auto heads = [&](const at::Tensor& c) { return c.reshape({R, -1, heads_, size_}); };  // [R, B or 1, H, d]
  const auto rkv = conv_.step({receptance_(in.r), key_(in.k), value_(in.v)}, state.tensors[2]);
  const auto kv = heads(rkv[1]).unsqueeze(-1) * heads(rkv[2]).unsqueeze(-2);
  const auto o = at::matmul(heads(rkv[0]).unsqueeze(-2), S + heads(u_).unsqueeze(-1) * kv);  // [R, B, H, 1, d]
  S = at::exp(heads(in.log_w)).unsqueeze(-1) * S + kv;
  last = x;
  ++state.position;
  return gated(o.reshape({R, B, D}), in.g);
}

at::Tensor RWKVTime::gated(const at::Tensor& o, const at::Tensor& gate) const {
  return output_(fused_silu_gate(gate_(gate), norm_(o)));
}

at::Tensor RWKVTime::initial_omega(std::int64_t width) {
  return -6 + 5 * at::pow(at::arange(width, at::kDouble) / static_cast<double>(width - 1), 0.7);
}

at::Tensor RWKVTime::log_decay(const at::Tensor& omega) { return -at::exp(omega.clamp_max(10)); }

}  // namespace madsearch
