#include "primitives/state_space/rtf.h"

namespace madsearch {

Primitive rtf() {
  return {
      .name = "rtf",
      .family = "state space",
      .kind = Kind::kSequence,
      .equation = "h = h0 δ + DFT⁻¹(b(ω) / (1 + a(ω))),  p, q = gelu(h ∗ x) W,  y = p σ(q)",
      .source = "arXiv:2405.06147",
      .knobs = {{"state", {16, 4, 8}, "order of each channel's recurrence", 1, 256},
                {.name = "roots",
                 .values = {"length", "even"},
                 .meaning = "roots of one at which the filter is sampled: the longest length, or the next even number",
                 .before = "length"}},
      .cost = [](const Settings& set, CountedShape s) -> Cost {
        const Count D = s.width, T = s.length, N = set.count("state");
        return {.parameters = 2 * D * N + D + 2 * D * (D + 1),
                .flops = T * (4 * D * N + 4 * D * D + 4 * D),
                .state = D * N,
                .state_mad = D * N};
      },
      .valid = [](const Settings&, Shape) -> std::string { return ""; }};
}

}  // namespace madsearch
