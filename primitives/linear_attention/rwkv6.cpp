#include "primitives/linear_attention/rwkv6.h"

#include "primitives/shared_knobs.h"

namespace madsearch {

Primitive rwkv6() {
  return {.name = "rwkv6",
          .family = "linear attention",
          .kind = Kind::kSequence,
          .equation = "S_t = diag(w_t) S_{t-1} + k_tᵀ v_t,  o_t = r_t (S_{t-1} + diag(u) k_tᵀ v_t)",
          .source = "arXiv:2404.05892, section 4.2",
          .knobs = {heads_knob(),
                    {"mix_rank", {8, 16, 32}, "rank of the five products that move a token towards the one before it"},
                    {"decay_rank", {16, 32, 64}, "rank of the product that makes the decay rates"},
                    added_conv_knob("r, k and v")},
          .cost = [](const Settings& set, CountedShape s) -> Cost {
            const Count D = s.width;
            const Count T = s.length;
            const Count H = set.count("heads");
            const Count m = set.count("mix_rank");
            const Count r = set.count("decay_rank");
            const Count c = taps(set);
            return {.parameters = 5 * D * D + 10 * D * m + 2 * D * r + 10 * D + 3 * c * D,
                    .flops =
                        10 * T * D * D + 20 * T * D * m + 4 * T * D * r + 5 * T * D * D / H + 5 * T * D + 6 * c * T * D,
                    .state = D * D / H + D + (c ? 3 * (c - 1) * D : 0),
                    .state_mad = D * D / H};
          },
          .valid = [](const Settings& set, Shape s) { return divides("heads", set.count("heads"), "width", s.width); }};
}

}  // namespace madsearch
