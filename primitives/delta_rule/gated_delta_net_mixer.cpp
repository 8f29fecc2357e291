#include "primitives/delta_rule/delta_rule.h"
#include "primitives/mixer.h"

namespace madsearch {

std::unique_ptr<Mixer> build_gated_delta_net(const Settings& set, const Build& build, Mixer*) {
  const auto H = set.count("heads"), K = set.at("expand_k").of(build.width), V = set.at("expand_v").of(build.width);
  return std::make_unique<DeltaRule>(
      DeltaRule::Options{.sizes = {.heads = H, .key = K / H, .value = V / H, .taps = taps(set)},
                         .negative_eigenvalues = on(set, "negative_eigenvalues"),
                         .forget_gate = true,
                         .gate = on(set, "gate")},
      build);
}

}  // namespace madsearch
