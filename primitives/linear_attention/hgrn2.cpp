#include "primitives/linear_attention/hgrn2.h"

#include "primitives/shared_knobs.h"

namespace madsearch {

Primitive hgrn2() {
  return {.name = "hgrn2",
          .family = "linear attention",
          .kind = Kind::kSequence,
          .equation = "S_t = diag(f_t) S_{t-1} + (1 - f_t)ᵀ i_t,  o_t = silu(q_t) S_t",
          .source = "arXiv:2404.07904, section 3",
          .knobs =
              {{"state", {16, 8, 32}, "numbers a channel keeps, and channels of a head; divides the width"},
               {"lower_bound", {0, KnobValue(1, 2), KnobValue(3, 4)}, "least value of the forget gate", 0, 0.999, true},
               conv_knob("none")},
          .cost = [](const Settings& set, CountedShape s) -> Cost {
            const Count D = s.width, T = s.length, N = set.count("state"), c = taps(set);
            return {.parameters = 4 * D * D + D + 3 * c * D,
                    .flops = T * (8 * D * D + 5 * D * N + 6 * c * D),
                    .state = D * N + (c ? 3 * (c - 1) * D : 0),
                    .state_mad = D * N};
          },
          .valid = [](const Settings& set, Shape s) { return divides("state", set.count("state"), "width", s.width); }};
}

}  // namespace madsearch
