#include <ATen/ATen.h>

#include <optional>

#include "primitives/delta_rule/delta_rule.h"
#include "primitives/layers/initial_values.h"
#include "primitives/layers/norms.h"
#include "primitives/mixer.h"

namespace madsearch {
namespace {

class Comba : public DeltaRule {
 public:
  Comba(const Options& options, const Settings& set, const Build& build) : DeltaRule(options, build) {
    const std::int64_t H = options.sizes.heads;
    parameter("inner_decay", inner_decay_, constant_init(build, at::ones({H}, at::kDouble)));
    if (const auto& d = set.at("correction"); !d.is_word())
      parameter("D", correction_, constant_init(build, at::full({H}, d.real(), at::kDouble)));
    if (on(set, "gate")) child("g_proj", gate_.emplace(build, "g_proj", build.width, options.sizes.values()));
  }

 private:
  DeltaInputs recurrence(const at::Tensor& x, const at::Tensor& q, const at::Tensor& k,
                         const at::Tensor& v) const override {
    const auto of_heads = [](const at::Tensor& u) { return u.view({u.size(0), 1, 1, u.size(1), 1}); };
    const auto key = l2_normalised(k);
    return {.q = unit_query(correction_.defined() ? q - of_heads(correction_) * k : q),
            .a = beta(x, -1) * key,
            .b = of_heads(at::sigmoid(inner_decay_)) * key,
            .v = v,
            .log_decay = log_decay(x)};
  }
  at::Tensor gated(const at::Tensor& o, const at::Tensor& x) const override {
    return gate_ ? o * at::sigmoid((*gate_)(x)) : o;
  }

  at::Tensor inner_decay_, correction_;  // b and d, [R, H]; d undefined without
  std::optional<Projection> gate_;
};

}  // namespace

std::unique_ptr<Mixer> build_comba(const Settings& set, const Build& build, Mixer*) {
  const auto H = set.count("heads"), K = set.at("expand_k").of(build.width), V = set.at("expand_v").of(build.width);
  return std::make_unique<Comba>(
      DeltaRule::Options{.sizes = {.heads = H, .key = K / H, .value = V / H, .taps = taps(set)}, .forget_gate = true},
      set, build);
}

}  // namespace madsearch
