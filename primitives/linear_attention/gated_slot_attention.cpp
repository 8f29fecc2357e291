#include "primitives/linear_attention/gated_slot_attention.h"

#include "primitives/shared_knobs.h"

namespace madsearch {

Primitive gated_slot_attention() {
  return {.name = "gated_slot_attention",
          .family = "linear attention",
          .kind = Kind::kSequence,
          .equation = "K_t = diag(α_t) K_{t-1} + (1 - α_t)ᵀ k_t,  V_t likewise,  o_t = softmax(q_t K_tᵀ) V_t",
          .source = "arXiv:2409.07146",
          .knobs = {heads_knob(), {"slots", {16, 8, 32}, "slots of a head, each a key and a value"}, conv_knob("none")},
          .cost = [](const Settings& set, CountedShape s) -> Cost {
            const Count D = s.width, T = s.length, H = set.count("heads"), m = set.count("slots"), c = taps(set);
            return {.parameters = 4 * D * D + D * H * m + D + 3 * c * D,
                    .flops = T * (8 * D * D + 2 * D * H * m + 10 * m * D + 6 * c * D),
                    .state = 2 * m * D + (c ? 3 * (c - 1) * D : 0),
                    .state_mad = 2 * m * D};
          },
          .valid = [](const Settings& set, Shape s) { return divides("heads", set.count("heads"), "width", s.width); }};
}

}  // namespace madsearch
