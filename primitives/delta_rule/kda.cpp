#include "primitives/delta_rule/kda.h"

#include "primitives/delta_rule/delta_sheet.h"

namespace madsearch {

Primitive kda() {
  return {.name = "kda",
          .family = "delta rule",
          .kind = Kind::kSequence,
          .equation = "S_t = (I - β_t k_tᵀ k_t) diag(α_t) S_{t-1} + β_t k_tᵀ v_t,  o_t = q_t S_t",
          .source = "arXiv:2510.26692, section 3",
          .knobs = {heads_knob(), conv_knob(4), negative_eigenvalues_knob(false)},
          .cost = [](const Settings& set, CountedShape s) -> Cost {
            const Count D = s.width, T = s.length, H = set.count("heads"), d = D / H;
            auto cost = delta_cost({.heads = H, .key = d, .value = d, .taps = taps(set)}, D, T);
            add_projection(cost, D, T, 2 * d);             // F1, G1
            add_projection(cost, d, T, 2 * D, H + 2 * D);  // F2, G2; A_log, dt_bias, b
            cost.flops += T * D * d;
            return cost;
          },
          .valid = [](const Settings& set, Shape s) { return divides("heads", set.count("heads"), "width", s.width); }};
}

}  // namespace madsearch
