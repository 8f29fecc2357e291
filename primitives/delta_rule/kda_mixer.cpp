#include "primitives/delta_rule/channel_delta_rule.h"
#include "primitives/mixer.h"

namespace madsearch {

std::unique_ptr<Mixer> build_kda(const Settings& set, const Build& build, Mixer*) {
  const auto H = set.count("heads"), d = build.width / H;
  return std::make_unique<ChannelDeltaRule>(
      DeltaRule::Options{.sizes = {.heads = H, .key = d, .value = d, .taps = taps(set)},
                         .negative_eigenvalues = on(set, "negative_eigenvalues")},
      build);
}

}  // namespace madsearch
