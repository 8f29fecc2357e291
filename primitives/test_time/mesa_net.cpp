#include "primitives/test_time/mesa_net.h"

#include "primitives/shared_knobs.h"

namespace madsearch {

Primitive mesa_net() {
  return {.name = "mesa_net",
          .family = "test-time training",
          .kind = Kind::kSequence,
          .equation =
              "A_t = γ_t A_{t-1} + β_t k_tᵀ k_t,  B_t = γ_t B_{t-1} + β_t k_tᵀ v_t,  o_t = q_t (A_t + diag λ)⁻¹ B_t",
          .source = "arXiv:2506.05233, sections 3 and 4",
          .knobs = {heads_knob(), conv_knob(4), gate_knob(false)},
          .cost = [](const Settings& set, CountedShape s) -> Cost {
            const Count D = s.width, T = s.length, H = set.count("heads"), k = taps(set);
            const std::int64_t squares = on(set, "gate") ? 5 : 4;
            return {.parameters = squares * D * D + 2 * D * k + 2 * (D + 1) * H + D + D / H,
                    .flops = T * (2 * squares * D * D + 4 * D * k + 4 * D * H + D * D * D / (3 * H * H) +
                                  17 * D * D / (2 * H)),
                    .state = 2 * D * D / H + (k ? 2 * (k - 1) * D : 0),
                    .state_mad = 2 * D * D / H};
          },
          .valid = [](const Settings& set, Shape s) { return divides("heads", set.count("heads"), "width", s.width); }};
}

}  // namespace madsearch
