#include "primitives/delta_rule/delta_product.h"

#include "primitives/delta_rule/delta_sheet.h"

namespace madsearch {

Primitive delta_product() {
  return {.name = "delta_product",
          .family = "delta rule",
          .kind = Kind::kSequence,
          .equation = "S <- (I - β_i k_iᵀ k_i) S + β_i k_iᵀ v_i for i = 1 .. n a token,  o_t = q_t S",
          .source = "arXiv:2502.10297, section 3",
          .knobs = {heads_knob(),
                    {"householder", {2, 1, 3}, "steps of the delta rule a token", 1, 8},
                    conv_knob(4),
                    gate_knob(true),
                    switch_knob("forget_gate", false, "a decay of the whole state before a token's steps"),
                    negative_eigenvalues_knob(true)},
          .cost = [](const Settings& set, CountedShape s) -> Cost {
            const Count D = s.width, T = s.length, H = set.count("heads");
            auto cost = delta_cost(
                {.heads = H, .key = D / H, .value = D / H, .taps = taps(set), .steps = set.count("householder")}, D, T);
            if (on(set, "gate")) add_projection(cost, D, T, D);
            if (on(set, "forget_gate")) {
              add_projection(cost, D, T, H, 2 * H);
              cost.flops += T * D * D / H;
            }
            return cost;
          },
          .valid = [](const Settings& set, Shape s) { return divides("heads", set.count("heads"), "width", s.width); }};
}

}  // namespace madsearch
