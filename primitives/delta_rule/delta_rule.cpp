#include "primitives/delta_rule/delta_rule.h"

#include <ATen/ATen.h>

#include <cmath>

#include "primitives/layers/causal_conv.h"
#include "primitives/layers/initial_values.h"
#include "primitives/layers/linear.h"
#include "primitives/layers/norms.h"
#include "primitives/ops/fused.h"

namespace madsearch {

DecayGate::DecayGate(const Build& build, std::int64_t heads, std::int64_t channels, double least) {
  const auto u = uniform_init(build, "A_log", {heads}, 1);               // in [-1, 1)
  const auto v = uniform_init(build, "dt_bias", {heads * channels}, 1);  // the same
  parameter("A_log", A_log, at::log((least + (u + 1) / 2 * (16 - least)).clamp_min(1e-4)));
  const auto dt = at::exp(std::log(1e-2) + v * std::log(10.0));
  parameter("dt_bias", dt_bias, inverse_softplus(dt));
}

at::Tensor DecayGate::operator()(const at::Tensor& u) const {
  const auto R = u.size(0), H = A_log.size(1);
  const auto steps = at::softplus(u + dt_bias.view({R, 1, 1, -1})).view({R, u.size(1), u.size(2), H, -1});
  return -at::exp(A_log).view({R, 1, 1, H, 1}) * steps;
}

Projection::Projection(const Build& build, const std::string& name, std::int64_t in, std::int64_t out, bool bias)
    : Linear(build.inside(name), in, out, {.bias = bias, .mad_lab_bound = xavier_bound(in, out, small_gain())}) {}

DeltaRule::DeltaRule(const Options& options, const Build& build)
    : options_(options),
      q_(build, "q_proj", build.width, options.sizes.keys()),
      k_(build, "k_proj", build.width, options.sizes.steps * options.sizes.keys()),
      v_(build, "v_proj", build.width, options.sizes.steps * options.sizes.values()),
      beta_(build, "b_proj", build.width, options.sizes.steps * options.sizes.heads * options.sizes.strengths),
      out_(build, "o_proj", options.sizes.values(), build.width),
      norm_(build.inside("o_norm"), options.sizes.value) {
  const auto& z = options_.sizes;
  child("q_proj", q_);
  child("k_proj", k_);
  child("v_proj", v_);
  child("b_proj", beta_);
  if (z.taps) {
    child("q_conv1d", q_conv_.emplace(build.inside("q_conv1d"), z.keys(), z.taps, false));
    child("k_conv1d", k_conv_.emplace(build.inside("k_conv1d"), z.steps * z.keys(), z.taps, false));
    child("v_conv1d", v_conv_.emplace(build.inside("v_conv1d"), z.steps * z.values(), z.taps, false));
  }
  if (options_.forget_gate) {
    child("a_proj", decay_.emplace(build, "a_proj", build.width, z.heads));
    child("decay", rates_.emplace(build.inside("decay"), z.heads, 1, 0));
  }
  if (options_.gate) child("g_proj", gate_.emplace(build, "g_proj", build.width, z.values()));
  child("o_norm", norm_);
  child("o_proj", out_);
}

at::Tensor DeltaRule::log_decay(const at::Tensor& x) const { return rates_ ? (*rates_)((*decay_)(x)) : at::Tensor(); }

at::Tensor DeltaRule::gated(const at::Tensor& o, const at::Tensor& x) const {
  return gate_ ? fused_silu_gate((*gate_)(x), o) : o;
}

at::Tensor DeltaRule::beta(const at::Tensor& x, double scale) const {
  const auto& z = options_.sizes;
  const auto share = at::sigmoid(beta_(x)).view({x.size(0), x.size(1), -1, z.heads, z.strengths});
  return share * (options_.negative_eigenvalues ? 2 * scale : scale);
}

at::Tensor DeltaRule::unit_query(const at::Tensor& q) const {
  return l2_normalised(q) / std::sqrt(static_cast<double>(options_.sizes.key));
}

DeltaInputs DeltaRule::recurrence(const at::Tensor& x, const at::Tensor& q, const at::Tensor& k,
                                  const at::Tensor& v) const {
  const auto key = l2_normalised(k);
  DeltaInputs in{.q = unit_query(q), .a = beta(x, -1) * key, .b = key, .v = v, .log_decay = log_decay(x)};
  if (in.log_decay.defined()) {  // what a token's first step recalls has decayed
    const std::int64_t n = options_.sizes.steps;
    const auto alpha = at::exp(in.log_decay);
    if (n == 1) {
      in.b = alpha * key;
    } else {
      const auto steps = key.view({x.size(0), x.size(1), x.size(2), n, key.size(3), key.size(4)});
      in.b = at::cat({alpha.unsqueeze(3) * steps.slice(3, 0, 1), steps.slice(3, 1)}, 3).view_as(key);
    }
  }
  return in;
}

DeltaInputs DeltaRule::inputs(const at::Tensor& x, const at::Tensor& q, const at::Tensor& k,
                              const at::Tensor& v) const {
  const auto& z = options_.sizes;
  const auto heads = [&](const at::Tensor& u, std::int64_t size) {
    return at::silu(u).view({x.size(0), x.size(1), -1, z.heads, size});
  };
  return recurrence(x, heads(q, z.key), heads(k, z.key), heads(v, z.value));
}

at::Tensor DeltaRule::out(const at::Tensor& o, const at::Tensor& x) const {
  return out_(gated(norm_(o).flatten(-2), x));
}

at::Tensor DeltaRule::forward(const at::Tensor& x) {
  const auto mixed = [&](const Linear& project, const std::optional<CausalConv>& conv) {
    return conv ? (*conv)(project(x)) : project(x);
  };
  return out(delta_recurrence(inputs(x, mixed(q_, q_conv_), mixed(k_, k_conv_), mixed(v_, v_conv_))).first, x);
}

at::Tensor DeltaRule::step(const at::Tensor& token, State& state) {
  const auto& z = options_.sizes;
  if (state.tensors.empty()) {
    state.tensors.resize(4);  // S and the caches of q, k, v
    state.tensors[0] = at::zeros({token.size(0), token.size(1), z.heads, z.key, z.value}, token.options());
  }
  const auto mixed = [&](const Linear& project, const std::optional<CausalConv>& conv, std::size_t cache) {
    return (conv ? conv->step(project(token), state.tensors[cache]) : project(token)).unsqueeze(2);
  };
  const auto x = token.unsqueeze(2);
  const auto in = inputs(x, mixed(q_, q_conv_, 1), mixed(k_, k_conv_, 2), mixed(v_, v_conv_, 3));
  ++state.position;
  return out(delta_step(in, state.tensors[0]), x).squeeze(2);
}

}  // namespace madsearch
