#include <ATen/ATen.h>

#include <cmath>

#include "primitives/builders.h"
#include "primitives/layers.h"
#include "primitives/recurrences.h"

namespace madsearch {
namespace {

/// Xavier-uniform with gain 2^-2.5: bound = gain sqrt(6 / (in + out)).
Linear::Options xavier(std::int64_t in, std::int64_t out, bool bias = false) {
  return {.bias = bias, .bound = std::exp2(-2.5) * std::sqrt(6.0 / static_cast<double>(in + out))};
}

class GLA : public Mixer {
 public:
  GLA(const Settings& set, const Build& build)
      : heads_(set.count("heads")),
        size_(build.width / heads_),
        q_(build.inside("q_proj"), build.width, build.width, xavier(build.width, build.width)),
        k_(build.inside("k_proj"), build.width, build.width, xavier(build.width, build.width)),
        v_(build.inside("v_proj"), build.width, build.width, xavier(build.width, build.width)),
        g_(build.inside("g_proj"), build.width, build.width, xavier(build.width, build.width)),
        gate_down_(build.inside("gk_proj.0"), build.width, set.count("gate_rank"), xavier(build.width, set.count("gate_rank"))),
        gate_up_(build.inside("gk_proj.1"), set.count("gate_rank"), build.width, xavier(set.count("gate_rank"), build.width, true)),
        out_(build.inside("o_proj"), build.width, build.width, xavier(build.width, build.width)),
        norm_(build.inside("g_norm"), size_) {
    child("q_proj", q_);
    child("k_proj", k_);
    child("v_proj", v_);
    child("g_proj", g_);
    child("gk_proj.0", gate_down_);
    child("gk_proj.1", gate_up_);
    child("o_proj", out_);
    child("g_norm", norm_);
  }

  at::Tensor forward(const at::Tensor& x) override {
    const auto R = x.size(0), B = x.size(1), T = x.size(2), D = x.size(3);
    const auto heads = [&](const at::Tensor& u) { return u.view({R, B, T, heads_, size_}).transpose(2, 3); };  // [R, B, H, T, d]
    const auto o = gated_recurrence(heads(q_(x) / std::sqrt(static_cast<double>(size_))), heads(k_(x)), heads(log_decay(x)), heads(v_(x)));
    return out_(norm_(o.transpose(2, 3)).reshape({R, B, T, D}) * at::silu(g_(x)));
  }

  at::Tensor step(const at::Tensor& x, State& state) override {
    const auto R = x.size(0), B = x.size(1), D = x.size(2);
    const auto heads = [&](const at::Tensor& u) { return u.view({R, B, heads_, size_}); };
    if (state.tensors.empty()) state.tensors = {at::zeros({R, B, heads_, size_, size_}, x.options())};
    auto& S = state.tensors[0];
    S = at::exp(heads(log_decay(x))).unsqueeze(-1) * S + heads(k_(x)).unsqueeze(-1) * heads(v_(x)).unsqueeze(-2);
    ++state.position;
    const auto o = at::matmul((heads(q_(x)) / std::sqrt(static_cast<double>(size_))).unsqueeze(-2), S).squeeze(-2);  // [R, B, H, d]
    return out_(norm_(o).reshape({R, B, D}) * at::silu(g_(x)));
  }

 private:
  at::Tensor log_decay(const at::Tensor& x) const { return at::log_sigmoid(gate_up_(gate_down_(x))) / 16; }

  std::int64_t heads_, size_;
  Linear q_, k_, v_, g_, gate_down_, gate_up_, out_;
  RMSNorm norm_;
};

}  // namespace

std::unique_ptr<Mixer> build_gla(const Settings& set, const Build& build, Mixer*) { return std::make_unique<GLA>(set, build); }

}  // namespace madsearch
