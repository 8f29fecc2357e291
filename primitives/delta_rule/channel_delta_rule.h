#pragma once
#include "primitives/delta_rule/delta_rule.h"

namespace madsearch {

/// The delta rule with a decay for each key channel and a gate σ(x G1 G2 + b) on the output, both of low rank: what KDA
/// and Gated DeltaNet-2 share.
class ChannelDeltaRule : public DeltaRule {
 public:
  ChannelDeltaRule(const Options& options, const Build& build);

 protected:
  at::Tensor log_decay(const at::Tensor& x) const override;
  at::Tensor gated(const at::Tensor& o, const at::Tensor& x) const override;

 private:
  Projection decay_down_, decay_up_;
  DecayGate rates_;
  Projection gate_down_, gate_up_;
};

}  // namespace madsearch
