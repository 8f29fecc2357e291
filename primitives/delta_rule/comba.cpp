#include "primitives/delta_rule/comba.h"

#include "primitives/delta_rule/delta_sheet.h"

namespace madsearch {

Primitive comba() {
  return {
      .name = "comba",
      .family = "delta rule",
      .kind = Kind::kSequence,
      .equation = "S_t = (α_t - β̃_t k_tᵀ k_t) S_{t-1} + β_t k_tᵀ v_t,  o_t = (q_t - d k_t) S_t",
      .source = "arXiv:2506.02475, equation 5",
      .knobs = {heads_knob(),
                expand_k_knob(),
                expand_v_knob(),
                conv_knob(4),
                switch_knob("gate", true, "output gate sigmoid(x Wg)"),
                {"correction", {KnobValue(1, 50), 1, "none"}, "d of the query q - d k at first, or none", 0, 4, true}},
      .cost = [](const Settings& set, CountedShape s) -> Cost {
        const Count H = set.count("heads");
        auto cost = gated_delta_cost(set, s);
        cost.parameters += H;  // b
        if (!set.at("correction").is_word()) cost.parameters += H;
        return cost;
      },
      .valid = heads_divide_keys_and_values};
}

}  // namespace madsearch
