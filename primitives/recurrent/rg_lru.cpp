#include "primitives/recurrent/rg_lru.h"

#include "primitives/shared_knobs.h"

namespace madsearch {

std::int64_t rg_lru_channels(const Settings& set, std::int64_t width) {
  const auto& expand = set.at("expand");
  const auto heads = set.count("heads");
  return heads * KnobValue(expand.numerator(), expand.denominator() * heads).of(width);
}

Primitive rg_lru() {
  return {.name = "rg_lru",
          .family = "recurrent",
          .kind = Kind::kSequence,
          .equation = "h_t = a_t h_{t-1} + √(1 - a_t²) i_t u_t,  a_t = σ(Λ)^(8 r_t),  r, i = σ(u W)",
          .source = "arXiv:2402.19427, sections 2.3, 2.4 and 4.1",
          .knobs =
              {{"heads", {4, 1, 2, 8}, "blocks of the gates' matrices, which divide the channels"},
               {"expand", {1, KnobValue(4, 3), 2}, "channels of the recurrence as a ratio to the width", 0.25, 8, true},
               conv_knob(4),
               {.name = "decay_range",
                .values = {"base", "power"},
                .meaning = "what begins in [0.9, 0.999]: σ(Λ) (base), or σ(Λ)^8 (power)",
                .before = "power"}},
          .cost = [](const Settings& set, CountedShape s) -> Cost {
            const Count D = s.width, T = s.length, I = rg_lru_channels(set, D), H = set.count("heads"), k = taps(set);
            return {.parameters = 3 * I * D + 2 * I * I / H + 5 * I + D + (k ? (k + 1) * I : 0),
                    .flops = T * (6 * I * D + 4 * I * I / H + 2 * k * I + 8 * I),
                    .state = I + (k ? (k - 1) * I : 0),
                    .state_mad = I};
          },
          .valid = [](const Settings& set, Shape s) -> std::string {
            if (rg_lru_channels(set, s.width) > 0) return "";
            return "expand=" + set.at("expand").text() + " leaves no channel a head at width " +
                   std::to_string(s.width);
          }};
}

}  // namespace madsearch
