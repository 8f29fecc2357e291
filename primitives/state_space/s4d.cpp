#include "primitives/state_space/s4d.h"

namespace madsearch {

Primitive s4d() {
  return {.name = "s4d",
          .family = "state space",
          .kind = Kind::kSequence,
          .equation = "h_t = exp(Δ A) h_{t-1} + B̄ x_t,  y_t = 2 Re C h_t + D x_t,  GLU(gelu(y) W + b)",
          .source = "arXiv:2206.11893, sections 3 and 4",
          .knobs = {{"state", {64, 16, 8, 32}, "real numbers a channel keeps, half of them imaginary parts", 2, 256},
                    {"init", {"lin", "inv"}, "frequencies at first: n π, or N/π (N/(2n+1) - 1)"}},
          .cost = [](const Settings& set, CountedShape s) -> Cost {
            const Count D = s.width, T = s.length, N = set.count("state");
            return {.parameters = 2 * D * D + 4 * D + 2 * D * N,
                    .flops = T * (4 * D * D + 2 * D + 6 * D * N),
                    .state = D * N,
                    .state_mad = D * N};
          },
          .valid = [](const Settings& set, Shape) -> std::string {
            const auto N = set.count("state");
            return N % 2 ? "state=" + std::to_string(N) + " is odd: a state is a complex number" : "";
          }};
}

}  // namespace madsearch
