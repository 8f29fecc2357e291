#include "primitives/delta_rule/delta_rule.h"
#include "primitives/mixer.h"

namespace madsearch {

std::unique_ptr<Mixer> build_delta_net(const Settings& set, const Build& build, Mixer*) {
  const auto H = set.count("heads"), d = build.width / H;
  return std::make_unique<DeltaRule>(DeltaRule::Options{.sizes = {.heads = H, .key = d, .value = d, .taps = taps(set)},
                                                        .negative_eigenvalues = on(set, "negative_eigenvalues"),
                                                        .gate = on(set, "gate")},
                                     build);
}

}  // namespace madsearch
