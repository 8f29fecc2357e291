#include <ATen/ATen.h>

#include <optional>

#include "primitives/layers/initial_values.h"
#include "primitives/layers/linear.h"
#include "primitives/layers/routing.h"
#include "primitives/mixer.h"
#include "primitives/ops/fused.h"

namespace madsearch {
namespace {

/// The experts that every token uses, as one gated MLP; nothing if there are none.
class SharedExperts : public Module {
 public:
  SharedExperts(const Settings& set, const Build& build) {
    const auto inner = set.count("shared") * set.at("inner").of(build.width);
    if (inner == 0) return;
    child("w1", w1_.emplace(build.inside("w1"), build.width, inner));
    child("w2", w2_.emplace(build.inside("w2"), build.width, inner));
    child("w3", w3_.emplace(build.inside("w3"), inner, build.width));
  }
  at::Tensor added_to(const at::Tensor& y, const at::Tensor& x) const {
    return w1_ ? y + (*w3_)(fused_silu_gate((*w1_)(x), (*w2_)(x))) : y;
  }

 private:
  std::optional<Linear> w1_, w2_, w3_;
};

class MoE : public Mixer {
 public:
  MoE(const Settings& set, const Build& build)
      : experts_(set.count("experts")),
        active_(set.count("active")),
        inner_(set.at("inner").of(build.width)),
        router_(build.inside("router"), build.width, experts_),
        w1_(build.inside("w1"), build.width, experts_ * inner_),
        w2_(build.inside("w2"), build.width, experts_ * inner_),
        w3_(build.inside("w3"), experts_ * inner_, build.width, {.bound = projection_bound(build.protocol, inner_)}),
        shared_(set, build.inside("shared")) {
    child("router", router_);
    child("w1", w1_);
    child("w2", w2_);
    child("w3", w3_);
    child("shared", shared_);
  }

  at::Tensor forward(const at::Tensor& x) override {
    const auto routing = route(router_.precise(x), active_);
    balance_ = routing.balance;
    // All experts as one wide gated MLP with weighted hidden channels: at these sizes faster than gathering tokens.
    auto sizes = x.sizes().vec();
    sizes.back() = experts_ * inner_;
    const auto hidden = at::silu(w1_(x)) * w2_(x);
    sizes.back() = experts_;
    sizes.push_back(inner_);
    return shared_.added_to(w3_((hidden.view(sizes) * routing.weights.unsqueeze(-1)).flatten(-2)), x);
  }
  at::Tensor step(const at::Tensor& x, State&) override { return forward(x); }
  at::Tensor auxiliary_loss() const override { return balance_; }
  bool has_auxiliary_loss() const override { return true; }

 private:
  std::int64_t experts_, active_, inner_;
  Linear router_, w1_, w2_, w3_;
  SharedExperts shared_;
  at::Tensor balance_;  // [R], of the last forward
};

/// The mixture of protocol mad-lab, see the data sheet.
class ReferenceMoE : public Mixer {
 public:
  ReferenceMoE(const Settings& set, const Build& build)
      : experts_(set.count("experts")),
        active_(set.count("active")),
        up1_(build.inside("up1"), build.width, experts_ * set.at("inner").of(build.width)),
        up2_(build.inside("up2"), build.width, experts_ * set.at("inner").of(build.width)),
        down_(build.inside("down1"), experts_ * set.at("inner").of(build.width), build.width * experts_),
        router_(build.inside("router"), build.width, experts_, {.bias = true}),
        shared_(set, build.inside("shared")) {
    child("up1", up1_);
    child("up2", up2_);
    child("down1", down_);
    child("router", router_);
    child("shared", shared_);
  }

  at::Tensor forward(const at::Tensor& x) override {
    auto sizes = x.sizes().vec();
    sizes.push_back(experts_);
    const auto z = down_(up1_(x) * at::gelu(up2_(x), "tanh")).view(sizes);  // [..., D, E]
    return shared_.added_to((z * reference_routing(router_.precise(x), active_).unsqueeze(-2)).sum(-1), x);
  }
  at::Tensor step(const at::Tensor& x, State&) override { return forward(x); }

 private:
  std::int64_t experts_, active_;
  Linear up1_, up2_, down_, router_;
  SharedExperts shared_;
};

}  // namespace

std::unique_ptr<Mixer> build_moe(const Settings& set, const Build& build, Mixer*) {
  if (build.protocol == Protocol::kMadLab) return std::make_unique<ReferenceMoE>(set, build);
  return std::make_unique<MoE>(set, build);
}

}  // namespace madsearch
