#include "primitives/test_time/ttt_linear.h"

#include "primitives/shared_knobs.h"

namespace madsearch {

Primitive ttt_linear() {
  return {.name = "ttt_linear",
          .family = "test-time training",
          .kind = Kind::kSequence,
          .equation = "W_t = W - s_i Σ_j r_j k_jᵀ ∇_Z ½|LN(k_j W + b) - (v_j - k_j)|²,  z_t = q_t + LN(q_t W_t + b_t)",
          .source = "arXiv:2407.04620, sections 2 and 3",
          .knobs = {heads_knob(),
                    {"mini_batch",
                     {16, 4, 1},
                     "tokens whose gradients are taken at one inner model; 1 is online gradient descent"},
                    conv_knob(4),
                    switch_knob("gate", true, "output gate gelu(x Wg)")},
          .cost = [](const Settings& set, CountedShape s) -> Cost {
            const Count D = s.width, T = s.length, H = set.count("heads"), n = set.count("mini_batch"), k = taps(set);
            const auto squares = 3 + (k ? 0 : 1) + (on(set, "gate") ? 1 : 0);
            return {.parameters = squares * D * D + (k ? 2 * D * (k + 1) : 0) + D * D / H + (H + 5) * D + H + n,
                    .flops = T * (2 * squares * D * D + 2 * D * H + 4 * D * k + 6 * D * D / H + 2 * D * (n + 1)),
                    .state = (n > 1 ? 2 : 1) * (D * D / H + D) + (k ? (k - 1) * D : 0),
                    .state_mad = D * D / H};
          },
          .valid = [](const Settings& set, Shape s) -> std::string {
            const auto H = set.count("heads");
            if (auto sentence = divides("heads", H, "width", s.width); !sentence.empty()) return sentence;
            if (s.width / H % 2)
              return "heads=" + std::to_string(H) + " leaves heads of " + std::to_string(s.width / H) +
                     " channels at width " + std::to_string(s.width) + ", which are rotated in pairs";
            return "";
          }};
}

}  // namespace madsearch
