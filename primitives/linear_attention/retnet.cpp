#include "primitives/linear_attention/retnet.h"

#include "primitives/shared_knobs.h"

namespace madsearch {

Primitive retnet() {
  return {.name = "retnet",
          .family = "linear attention",
          .kind = Kind::kSequence,
          .equation = "S_t = γ_h S_{t-1} + k_tᵀ v_t,  o_t = q_t S_t,  γ_h = 1 - 2^(-5-h)",
          .source = "arXiv:2307.08621, section 2",
          .knobs = {heads_knob(),
                    {"expand", {2, 1}, "channels of the values as a ratio to the width", 1.0 / 64, 8, true},
                    added_conv_knob("q, k and v")},
          .cost = [](const Settings& set, CountedShape s) -> Cost {
            const Count D = s.width, T = s.length, H = set.count("heads"), V = set.at("expand").of(D), c = taps(set);
            const auto channels = 2 * D + V;  // of q, k and v
            return {.parameters = 2 * D * D + 3 * D * V + 2 * V + c * channels,
                    .flops = T * (4 * D * D + 6 * D * V + 5 * D * V / H + 6 * D + 2 * c * channels),
                    .state = D * V / H + (c ? (c - 1) * channels : 0),
                    .state_mad = D * V / H};
          },
          .valid = [](const Settings& set, Shape s) -> std::string {
            const auto H = set.count("heads"), V = set.at("expand").of(s.width);
            if (auto sentence = divides("heads", H, "width", s.width); !sentence.empty()) return sentence;
            if (s.width / H % 2 != 0)
              return "retention turns pairs: heads of an even number of channels, not " + std::to_string(s.width / H);
            if (V < 1)
              return "expand=" + set.at("expand").text() + " leaves no channel at width " + std::to_string(s.width);
            return divides("heads", H, "expand channels", V);
          }};
}

}  // namespace madsearch
