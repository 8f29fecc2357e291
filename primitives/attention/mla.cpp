#include "primitives/attention/mla.h"

#include "primitives/shared_knobs.h"

namespace madsearch {

Primitive mla() {
  return {.name = "mla",
          .family = "attention",
          .kind = Kind::kSequence,
          .equation = "y_t = Σ_s softmax_s(q_t · [k(c_s), k_s^R]) v(c_s),  c_s = RMSNorm(x_s Wc)",
          .source = "arXiv:2405.04434, section 2.1",
          .knobs = {heads_knob(),
                    {.name = "kv_rank",
                     .values = {KnobValue(1, 4), KnobValue(1, 2), KnobValue(1, 8)},
                     .meaning = "size of the latent that keys and values are made from, as a ratio to the width",
                     .least = 1.0 / 64,
                     .most = 2,
                     .ratio = true},
                    {.name = "rope",
                     .values = {KnobValue(1, 8), KnobValue(1, 4), KnobValue(1, 16)},
                     .meaning = "channels of the shared key that holds the position, as a ratio to the width",
                     .least = 1.0 / 64,
                     .most = 1,
                     .ratio = true}},
          .cost = [](const Settings& set, CountedShape s) -> Cost {
            const Count D = s.width;
            const Count T = s.length;
            const Count H = set.count("heads");
            const Count r = set.at("kv_rank").of(D);
            const Count p = set.at("rope").of(D);
            const auto weights = 2 * D * D + H * p * D + D * (r + p) + 2 * r * D;
            return {.parameters = weights + r,
                    .flops = 2 * T * weights + T * (T + 1) * (2 * D + H * p),
                    .state = (r + p) * T,
                    .state_mad = (r + p) * T};
          },
          .valid = [](const Settings& set, Shape s) -> std::string {
            const auto width = std::to_string(s.width);
            if (set.at("kv_rank").of(s.width) < 1)
              return "kv_rank=" + set.at("kv_rank").text() + " leaves no channel at width " + width;
            if (const auto p = set.at("rope").of(s.width); p < 2 || p % 2 != 0)
              return "rope=" + set.at("rope").text() + " of width " + width +
                     " must be an even number of channels, not " + std::to_string(p);
            return divides("heads", set.count("heads"), "width", s.width);
          }};
}

}  // namespace madsearch
