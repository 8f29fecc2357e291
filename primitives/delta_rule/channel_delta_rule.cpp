#include "primitives/delta_rule/channel_delta_rule.h"

#include <ATen/ATen.h>

namespace madsearch {

ChannelDeltaRule::ChannelDeltaRule(const Options& options, const Build& build)
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

at::Tensor ChannelDeltaRule::log_decay(const at::Tensor& x) const { return rates_(decay_up_(decay_down_(x))); }

at::Tensor ChannelDeltaRule::gated(const at::Tensor& o, const at::Tensor& x) const {
  return o * at::sigmoid(gate_up_(gate_down_(x)));
}

}  // namespace madsearch
