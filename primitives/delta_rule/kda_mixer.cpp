#include <ATen/ATen.h>

#include "primitives/delta_rule/delta_rule.h"
#include "primitives/mixer.h"

namespace madsearch {
namespace {

class KimiDeltaAttention : public DeltaRule {
 public:
  KimiDeltaAttention(const Options& options, const Build& build)
      : DeltaRule(options, build),
        decay_down_(build, "f_proj.0", build.width, options.sizes.value),
        decay_up_(build, "f_proj.1", options.sizes.value, options.sizes.keys()),
        rates_(build.inside("decay"), options.sizes.heads, options.sizes.key, 1),
        gate_down_(build, "g_proj.0", build.width, options.sizes.value),
        gate_up_(build, "g_proj.1", options.sizes.value, options.sizes.values(), true) {
    child("f_proj.0", decay_down_);
    child("f_proj.1", decay_up_);
    child("decay", rates_);
    child("g_proj.0", gate_down_);
    child("g_proj.1", gate_up_);
  }

 private:
  at::Tensor log_decay(const at::Tensor& x) const override { return rates_(decay_up_(decay_down_(x))); }
  at::Tensor gated(const at::Tensor& o, const at::Tensor& x) const override {
    return o * at::sigmoid(gate_up_(gate_down_(x)));
  }

  Projection decay_down_, decay_up_;
  DecayGate rates_;
  Projection gate_down_, gate_up_;
};

}  // namespace

std::unique_ptr<Mixer> build_kda(const Settings& set, const Build& build, Mixer*) {
  const auto H = set.count("heads"), d = build.width / H;
  return std::make_unique<KimiDeltaAttention>(
      DeltaRule::Options{.sizes = {.heads = H, .key = d, .value = d, .taps = taps(set)},
                         .negative_eigenvalues = on(set, "negative_eigenvalues")},
      build);
}

}  // namespace madsearch
