#include "primitives/linear_attention/rwkv5.h"

#include "primitives/shared_knobs.h"

namespace madsearch {

Primitive rwkv5() {
  return {.name = "rwkv5",
          .family = "linear attention",
          .kind = Kind::kSequence,
          .equation = "S_t = diag(w) S_{t-1} + k_tᵀ v_t,  o_t = r_t (S_{t-1} + diag(u) k_tᵀ v_t)",
          .source = "arXiv:2404.05892, section 4.1",
          .knobs = {heads_knob(), added_conv_knob("r, k and v")},
          .cost = [](const Settings& set, CountedShape s) -> Cost {
            const Count D = s.width, T = s.length, H = set.count("heads"), c = taps(set);
            return {.parameters = 5 * D * D + 8 * D + 3 * c * D,
                    .flops = 10 * T * D * D + 5 * T * D * D / H + 5 * T * D + 6 * c * T * D,
                    .state = D * D / H + D + (c ? 3 * (c - 1) * D : 0),
                    .state_mad = D * D / H};
          },
          .valid = [](const Settings& set, Shape s) { return divides("heads", set.count("heads"), "width", s.width); }};
}

}  // namespace madsearch
