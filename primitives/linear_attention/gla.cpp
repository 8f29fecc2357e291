#include "primitives/linear_attention/gla.h"

#include "primitives/shared_knobs.h"

namespace madsearch {

Primitive gla() {
  return {.name = "gla",
          .family = "linear attention",
          .kind = Kind::kSequence,
          .equation = "S_t = diag(exp a_t) S_{t-1} + k_tᵀ v_t,  o_t = q_t S_t",
          .source = "arXiv:2312.06635, section 4",
          .knobs = {heads_knob(),
                    {"gate_rank", {16, 8}, "rank of the projection that makes the decay rates"},
                    conv_knob("none"),
                    {"expand_k",
                     {1, KnobValue(1, 2)},
                     "channels of queries and keys as a ratio to the width",
                     1.0 / 64,
                     8,
                     true},
                    {"expand_v", {1, 2}, "channels of values as a ratio to the width", 1.0 / 64, 8, true}},
          .cost = [](const Settings& set, CountedShape s) -> Cost {
            const Count D = s.width, T = s.length, H = set.count("heads"), r = set.count("gate_rank"), c = taps(set);
            const Count K = set.at("expand_k").of(D), V = set.at("expand_v").of(D);
            return {.parameters = 2 * D * K + 3 * D * V + r * (D + K) + K + V / H + c * (2 * K + V),
                    .flops = T * (4 * D * K + 6 * D * V + 2 * r * (D + K) + 5 * K * V / H + 2 * c * (2 * K + V)),
                    .state = K * V / H + (c ? (c - 1) * (2 * K + V) : 0),
                    .state_mad = K * V / H};
          },
          .valid = [](const Settings& set, Shape s) -> std::string {
            for (const std::string knob : {"expand_k", "expand_v"}) {
              const auto channels = set.at(knob).of(s.width);
              if (channels < 1)
                return knob + "=" + set.at(knob).text() + " leaves no channel at width " + std::to_string(s.width);
              if (auto sentence = divides("heads", set.count("heads"),
                                          channels == s.width ? "width" : knob + " channels", channels);
                  !sentence.empty())
                return sentence;
            }
            return "";
          }};
}

}  // namespace madsearch
