#include "primitives/state_space/mamba3.h"

#include "primitives/shared_knobs.h"

namespace madsearch {

Primitive mamba3() {
  return {
      .name = "mamba3",
      .family = "state space",
      .kind = Kind::kSequence,
      .equation = "S_t = α_t S_{t-1} + (1 - λ_t) Δ_t α_t k_{t-1}ᵀ v_{t-1} + λ_t Δ_t k_tᵀ v_t,  y_t = q_t S_t + D v_t",
      .source = "arXiv:2603.15569, section 3",
      .knobs = {{"state", {16, 8, 32, 64}, "numbers a channel keeps", 4, 256},
                {"expand", {2, 1}, "channels of the recurrence as a ratio to the width", 0.25, 8, true},
                {"head_size", {16, 8, 32}, "channels of a head, which share one decay", 1, 256},
                {"turning", {"half", "all"}, "pairs of keys and queries that the input turns"},
                {.name = "rate",
                 .values = {"softplus", "heavy_tail"},
                 .meaning = "what makes the rate of decay positive: softplus, or 1 + a and below 0 1 / (1 - a)",
                 .before = "softplus"},
                added_conv_knob("v, B and C")},
      .cost = [](const Settings& set, CountedShape s) -> Cost {
        const Count D = s.width;
        const Count T = s.length;
        const Count N = set.count("state");
        const auto J = set.word("turning") == "all" ? N / 2 : N / 4;
        const Count I = set.at("expand").of(D), H = I / set.count("head_size"), k = taps(set), convolved = I + 2 * N;
        return {.parameters = D * (2 * I + 2 * N + 3 * H + J) + 2 * H + 2 * H * N + 2 * N + I * D + k * convolved,
                .flops = T * (2 * D * (3 * I + 2 * N + 3 * H + J) + 5 * I * N + 12 * H * J + 2 * H * N + 4 * I +
                              2 * k * convolved),
                .state = I * N + N + I + H * J + (k ? (k - 1) * convolved : 0),
                .state_mad = I * N};
      },
      .valid = [](const Settings& set, Shape s) -> std::string {
        const auto I = set.at("expand").of(s.width), N = set.count("state");
        if (I < 1)
          return "expand=" + set.at("expand").text() + " leaves no channel at width " + std::to_string(s.width);
        if (N % 2) return "state=" + std::to_string(N) + " is odd: keys turn in pairs";
        return divides("head_size", set.count("head_size"), "inner channels", I);
      }};
}

}  // namespace madsearch
