#include <ATen/ATen.h>

#include <cmath>

#include "primitives/layers/causal_conv.h"
#include "primitives/layers/initial_values.h"
#include "primitives/layers/linear.h"
#include "primitives/layers/norms.h"
#include "primitives/mixer.h"
#include "primitives/ops/gated_recurrence.h"
#include "primitives/shared_knobs.h"

namespace madsearch {
namespace {

class GLA : public Mixer {
 public:
  GLA(const Settings& set, const Build& build)
      : heads_(set.count("heads")),
        keys_(set.at("expand_k").of(build.width)),
        values_(set.at("expand_v").of(build.width)),
        q_(build.inside("q_proj"), build.width, keys_, xavier(build.width, keys_)),
        k_(build.inside("k_proj"), build.width, keys_, xavier(build.width, keys_)),
        v_(build.inside("v_proj"), build.width, values_, xavier(build.width, values_)),
        g_(build.inside("g_proj"), build.width, values_, xavier(build.width, values_)),
        gate_down_(build.inside("gk_proj.0"), build.width, set.count("gate_rank"),
                   xavier(build.width, set.count("gate_rank"))),
        gate_up_(build.inside("gk_proj.1"), set.count("gate_rank"), keys_, xavier(set.count("gate_rank"), keys_, true)),
        out_(build.inside("o_proj"), values_, build.width, xavier(values_, build.width)),
        norm_(build.inside("g_norm"), values_ / heads_) {
    child("q_proj", q_);
    child("k_proj", k_);
    child("v_proj", v_);
    child("g_proj", g_);
    child("gk_proj.0", gate_down_);
    child("gk_proj.1", gate_up_);
    child("o_proj", out_);
    child("g_norm", norm_);
    if (!taps(set)) return;
    for (const auto& [name, channels] :
         {std::pair("q_conv1d", keys_), std::pair("k_conv1d", keys_), std::pair("v_conv1d", values_)}) {
      convs_.push_back(std::make_unique<CausalConv>(build.inside(name), channels, taps(set), false));
      child(name, *convs_.back());
    }
  }

  at::Tensor forward(const at::Tensor& x) override {
    const auto convolved = [&](std::size_t n, const at::Tensor& u) {
      return convs_.empty() ? u : at::silu((*convs_[n])(u));
    };
    // [R, B, H, T, ...]
    const auto heads = [&](const at::Tensor& u) { return u.unflatten(-1, {heads_, -1}).transpose(2, 3); };
    const auto o = gated_recurrence(heads(scaled(convolved(0, q_(x)))), heads(convolved(1, k_(x))), heads(log_decay(x)),
                                    heads(convolved(2, v_(x))));
    return out_(norm_(o.transpose(2, 3)).flatten(-2) * at::silu(g_(x)));
  }

  at::Tensor step(const at::Tensor& x, State& state) override {
    if (state.tensors.empty()) {
      state.tensors.resize(4);  // S, and what each convolution still sees
      state.tensors[0] = at::zeros({x.size(0), x.size(1), heads_, keys_ / heads_, values_ / heads_}, x.options());
    }
    const auto convolved = [&](std::size_t n, const at::Tensor& u) {
      return convs_.empty() ? u : at::silu(convs_[n]->step(u, state.tensors[n + 1]));
    };
    const auto heads = [&](const at::Tensor& u) { return u.unflatten(-1, {heads_, -1}); };  // [R, B, H, ...]
    auto& S = state.tensors[0];
    S = at::exp(heads(log_decay(x))).unsqueeze(-1) * S +
        heads(convolved(1, k_(x))).unsqueeze(-1) * heads(convolved(2, v_(x))).unsqueeze(-2);
    ++state.position;
    const auto o = at::matmul(heads(scaled(convolved(0, q_(x)))).unsqueeze(-2), S).squeeze(-2);
    return out_(norm_(o).flatten(-2) * at::silu(g_(x)));
  }

 private:
  static Linear::Options xavier(std::int64_t in, std::int64_t out, bool bias = false) {
    return {.bias = bias, .mad_lab_bound = xavier_bound(in, out, small_gain())};
  }
  at::Tensor scaled(const at::Tensor& q) const { return q / std::sqrt(static_cast<double>(keys_ / heads_)); }
  at::Tensor log_decay(const at::Tensor& x) const {
    return at::log_sigmoid(gate_up_.precise(gate_down_.precise(x))) / 16;
  }

  std::int64_t heads_, keys_, values_;
  Linear q_, k_, v_, g_, gate_down_, gate_up_, out_;
  RMSNorm norm_;
  std::vector<std::unique_ptr<CausalConv>> convs_;  // of queries, keys and values, or none
};

}  // namespace

std::unique_ptr<Mixer> build_gla(const Settings& set, const Build& build, Mixer*) {
  return std::make_unique<GLA>(set, build);
}

}  // namespace madsearch
