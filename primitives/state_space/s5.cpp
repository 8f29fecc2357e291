#include "primitives/state_space/s5.h"

#include "primitives/shared_knobs.h"

namespace madsearch {

Primitive s5() {
  return {
      .name = "s5",
      .family = "state space",
      .kind = Kind::kSequence,
      .equation = "h_t = exp(Δ Λ) h_{t-1} + B̄ x_t,  y_t = 2 Re C h_t + D x_t,  g σ(g W + b) of g = gelu(y)",
      .source = "arXiv:2208.04933, section 3 and appendix B",
      .knobs = {{"state", {64, 16, 32, 128}, "real numbers of the one state, half of them imaginary parts", 2, 4096},
                {"blocks", {4, 1, 8}, "blocks of the matrix that makes the first eigenvalues"},
                added_conv_knob("what the state takes up")},
      .cost = [](const Settings& set, CountedShape s) -> Cost {
        const Count D = s.width, T = s.length, P = set.count("state"), k = taps(set);
        return {.parameters = D * D + 2 * D + 2 * P * D + 3 * P / 2 + k * P,
                .flops = T * (2 * D * D + 2 * D + 4 * P * D + 4 * P + 2 * k * P),
                .state = P + (k ? (k - 1) * P : 0),
                .state_mad = P};
      },
      .valid = [](const Settings& set, Shape) -> std::string {
        const auto P = set.count("state"), J = set.count("blocks");
        if (P % (2 * J) == 0) return "";
        return "state=" + std::to_string(P) + " does not split into blocks=" + std::to_string(J) + " of an even size";
      }};
}

}  // namespace madsearch
