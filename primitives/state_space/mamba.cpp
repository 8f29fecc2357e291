#include "primitives/state_space/mamba.h"

#include "primitives/shared_knobs.h"

namespace madsearch {
namespace {

Knob short_conv_knob() {
  auto out = conv_knob(4);
  out.least = 1;
  return out;
}

}  // namespace

Primitive mamba() {
  return {.name = "mamba",
          .family = "state space",
          .kind = Kind::kSequence,
          .equation = "h_t = exp(Δ_t A) h_{t-1} + Δ_t B_t u_t,  y_t = C_t h_t + D u_t",
          .source = "arXiv:2312.00752, section 3 and algorithm 2",
          .knobs = {{"state", {16, 4, 8, 32}, "numbers a channel keeps", 1, 256},
                    {"expand", {2, 1}, "channels of the recurrence as a ratio to the width", 0.25, 8, true},
                    short_conv_knob()},
          .cost = [](const Settings& set, CountedShape s) -> Cost {
            const Count D = s.width, T = s.length, N = set.count("state"), k = taps(set);
            const Count I = set.at("expand").of(D), R = (D + 15) / 16;
            return {.parameters = 3 * I * D + I * (R + 2 * N) + R * I + I + I * N + I + (k ? k + 1 : 0) * I,
                    .flops = T * (6 * I * D + 2 * I * (R + 2 * N) + 2 * R * I + 2 * k * I + 9 * I * N),
                    .state = I * N + (k ? k - 1 : 0) * I,
                    .state_mad = I * N};
          },
          .valid = [](const Settings& set, Shape s) -> std::string {
            if (set.at("expand").of(s.width) < 1)
              return "expand=" + set.at("expand").text() + " leaves no channel at width " + std::to_string(s.width);
            return "";
          }};
}

}  // namespace madsearch
