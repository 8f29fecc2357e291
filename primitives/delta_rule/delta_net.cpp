#include "primitives/delta_rule/delta_net.h"

#include "primitives/delta_rule/delta_sheet.h"

namespace madsearch {

Primitive delta_net() {
  return {.name = "delta_net",
          .family = "delta rule",
          .kind = Kind::kSequence,
          .equation = "S_t = (I - β_t k_tᵀ k_t) S_{t-1} + β_t k_tᵀ v_t,  o_t = q_t S_t",
          .source = "arXiv:2406.06484, section 2.2; arXiv:2411.12537",
          .knobs = {heads_knob(), conv_knob(4), gate_knob(false), negative_eigenvalues_knob(false)},
          .cost = [](const Settings& set, CountedShape s) -> Cost {
            const Count D = s.width, H = set.count("heads");
            auto cost = delta_cost({.heads = H, .key = D / H, .value = D / H, .taps = taps(set)}, D, s.length);
            if (on(set, "gate")) add_projection(cost, D, s.length, D);
            return cost;
          },
          .valid = [](const Settings& set, Shape s) { return divides("heads", set.count("heads"), "width", s.width); }};
}

}  // namespace madsearch
