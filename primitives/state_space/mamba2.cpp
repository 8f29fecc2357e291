#include "primitives/state_space/mamba2.h"

#include "primitives/shared_knobs.h"

namespace madsearch {

Primitive mamba2() {
  return {.name = "mamba2",
          .family = "state space",
          .kind = Kind::kSequence,
          .equation = "S_t = exp(Δ_t A) S_{t-1} + Δ_t B_tᵀ v_t,  y_t = C_t S_t + D v_t",
          .source = "arXiv:2405.21060, sections 5 and 7",
          .knobs = {{"state", {16, 8, 32, 64}, "numbers a channel keeps", 1, 256},
                    {"expand", {2, 1}, "channels of the recurrence as a ratio to the width", 0.25, 8, true},
                    {"head_size", {16, 8, 32}, "channels of a head, which share one decay", 1, 256},
                    conv_knob(4)},
          .cost = [](const Settings& set, CountedShape s) -> Cost {
            const Count D = s.width, T = s.length, N = set.count("state"), k = taps(set);
            const Count I = set.at("expand").of(D), H = I / set.count("head_size"), convolved = I + 2 * N;
            return {.parameters = D * (2 * I + 2 * N + H) + (k ? k + 1 : 0) * convolved + 3 * H + I + I * D,
                    .flops = T * (2 * D * (3 * I + 2 * N + H) + 2 * k * convolved + 5 * I * N + 2 * I),
                    .state = I * N + (k ? k - 1 : 0) * convolved,
                    .state_mad = I * N};
          },
          .valid = [](const Settings& set, Shape s) -> std::string {
            const auto I = set.at("expand").of(s.width);
            if (I < 1)
              return "expand=" + set.at("expand").text() + " leaves no channel at width " + std::to_string(s.width);
            return divides("head_size", set.count("head_size"), "inner channels", I);
          }};
}

}  // namespace madsearch
