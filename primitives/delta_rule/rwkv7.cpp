#include "primitives/delta_rule/rwkv7.h"

#include "primitives/shared_knobs.h"

namespace madsearch {

Primitive rwkv7() {
  return {.name = "rwkv7",
          .family = "delta rule",
          .kind = Kind::kSequence,
          .equation = "S_t = (diag(w_t) - (η_t κ_t)ᵀ κ_t) S_{t-1} + k_tᵀ v_t,  o_t = r_t S_t",
          .source = "arXiv:2503.14456, section 4",
          .knobs = {heads_knob(),
                    {"rank",
                     {KnobValue(1, 4), KnobValue(1, 8), KnobValue(1, 2)},
                     "rank behind decay and learning rate as a ratio to the width; the gate has twice that",
                     1.0 / 64,
                     1,
                     true},
                    added_conv_knob("r, k and v")},
          .cost = [](const Settings& set, CountedShape s) -> Cost {
            const Count D = s.width, T = s.length, H = set.count("heads"), k = taps(set), rank = set.at("rank").of(D);
            return {.parameters = 4 * D * D + 8 * D * rank + 13 * D + 3 * k * D,
                    .flops = 2 * T * (4 * D * D + 8 * D * rank + 3 * k * D) + 9 * T * D * D / H,
                    .state = D * D / H + D + (k ? 3 * (k - 1) * D : 0),
                    .state_mad = D * D / H};
          },
          .valid = [](const Settings& set, Shape s) -> std::string {
            const auto H = set.count("heads");
            if (set.at("rank").of(s.width) < 1)
              return "rank=" + set.at("rank").text() + " leaves none at width " + std::to_string(s.width);
            if (H == s.width)
              return "heads=" + std::to_string(H) + " leaves one channel a head, which the group norm erases";
            return divides("heads", H, "width", s.width);
          }};
}

}  // namespace madsearch
