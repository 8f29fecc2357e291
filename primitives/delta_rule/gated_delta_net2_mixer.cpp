#include <ATen/ATen.h>

#include "primitives/delta_rule/channel_delta_rule.h"
#include "primitives/layers/norms.h"
#include "primitives/mixer.h"

namespace madsearch {
namespace {

class GatedDeltaNet2 : public ChannelDeltaRule {
 public:
  GatedDeltaNet2(const Options& options, const Build& build)
      : ChannelDeltaRule(options, build), write_(build, "w_proj", build.width, options.sizes.values()) {
    child("w_proj", write_);
  }

 private:
  DeltaInputs recurrence(const at::Tensor& x, const at::Tensor& q, const at::Tensor& k,
                         const at::Tensor& v) const override {
    const auto key = l2_normalised(k);
    const auto decay = log_decay(x);
    return {.q = unit_query(q),
            .a = -key,
            .b = beta(x, 1) * at::exp(decay) * key,
            .v = at::sigmoid(write_(x)).view_as(v) * v,
            .log_decay = decay};
  }

  Projection write_;
};

}  // namespace

std::unique_ptr<Mixer> build_gated_delta_net2(const Settings& set, const Build& build, Mixer*) {
  const auto H = set.count("heads"), d = build.width / H;
  return std::make_unique<GatedDeltaNet2>(
      DeltaRule::Options{.sizes = {.heads = H, .key = d, .value = d, .taps = taps(set), .strengths = d},
                         .negative_eigenvalues = on(set, "negative_eigenvalues")},
      build);
}

}  // namespace madsearch
