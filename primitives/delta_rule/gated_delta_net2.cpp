#include "primitives/delta_rule/gated_delta_net2.h"

#include "primitives/delta_rule/delta_sheet.h"

namespace madsearch {

Primitive gated_delta_net2() {
  return {.name = "gated_delta_net2",
          .family = "delta rule",
          .kind = Kind::kSequence,
          .equation = "S_t = (I - k_tᵀ (b_t * k_t)) diag(α_t) S_{t-1} + k_tᵀ (w_t * v_t),  o_t = q_t S_t",
          .source = "arXiv:2605.22791",
          .knobs = {heads_knob(), conv_knob(4), negative_eigenvalues_knob(false)},
          .cost = [](const Settings& set, CountedShape s) -> Cost {
            const Count D = s.width, T = s.length, H = set.count("heads"), d = D / H;
            auto cost = delta_cost({.heads = H, .key = d, .value = d, .taps = taps(set), .strengths = d}, D, T);
            add_projection(cost, D, T, D + 2 * d);         // Ww; F1, G1
            add_projection(cost, d, T, 2 * D, H + 2 * D);  // F2, G2; A_log, dt_bias, c
            cost.flops += T * D * d;
            return cost;
          },
          .valid = [](const Settings& set, Shape s) { return divides("heads", set.count("heads"), "width", s.width); }};
}

}  // namespace madsearch
