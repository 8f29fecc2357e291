#include "primitives/delta_rule/gated_delta_net.h"

#include "primitives/delta_rule/delta_sheet.h"

namespace madsearch {

Primitive gated_delta_net() {
  return {
      .name = "gated_delta_net",
      .family = "delta rule",
      .kind = Kind::kSequence,
      .equation = "S_t = α_t (I - β_t k_tᵀ k_t) S_{t-1} + β_t k_tᵀ v_t,  o_t = q_t S_t",
      .source = "arXiv:2412.06464, equation 10; arXiv:2411.12537",
      .knobs = {heads_knob(),
                {"expand_k",
                 {KnobValue(3, 4), KnobValue(1, 2), 1},
                 "channels of the keys as a ratio to the width",
                 0.125,
                 4,
                 true},
                {"expand_v", {KnobValue(3, 2), 1, 2}, "channels of the values as a ratio to the width", 0.125, 8, true},
                conv_knob(4),
                gate_knob(true),
                negative_eigenvalues_knob(false)},
      .cost = [](const Settings& set, CountedShape s) -> Cost {
        const Count D = s.width;
        const Count T = s.length;
        const Count H = set.count("heads");
        const Count K = set.at("expand_k").of(D);
        const Count V = set.at("expand_v").of(D);
        auto cost = delta_cost({.heads = H, .key = K / H, .value = V / H, .taps = taps(set)}, D, T);
        add_projection(cost, D, T, H, 2 * H);
        if (on(set, "gate")) add_projection(cost, D, T, V);
        cost.flops += T * K * V / H;
        return cost;
      },
      .valid = [](const Settings& set, Shape s) -> std::string {
        const auto K = set.at("expand_k").of(s.width), V = set.at("expand_v").of(s.width);
        if (K < 1)
          return "expand_k=" + set.at("expand_k").text() + " leaves no channel at width " + std::to_string(s.width);
        if (V < 1)
          return "expand_v=" + set.at("expand_v").text() + " leaves no channel at width " + std::to_string(s.width);
        const auto sentence = divides("heads", set.count("heads"), "channels of keys", K);
        return sentence.empty() ? divides("heads", set.count("heads"), "channels of values", V) : sentence;
      }};
}

}  // namespace madsearch
