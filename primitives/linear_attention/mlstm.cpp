#include "primitives/linear_attention/mlstm.h"

#include "primitives/shared_knobs.h"

namespace madsearch {

Primitive mlstm() {
  return {.name = "mlstm",
          .family = "linear attention",
          .kind = Kind::kSequence,
          .equation = "C_t = σ(f_t) C_{t-1} + exp(i_t) k_tᵀ v_t,  h_t = q_t C_t / max(|q_t · n_t|, 1)",
          .source = "arXiv:2405.04517, section 2.3; the layer of arXiv:2503.13427",
          .knobs = {heads_knob(),
                    {"expand_k",
                     {KnobValue(1, 2), 1},
                     "channels of queries and keys as a ratio to the width",
                     1.0 / 64,
                     8,
                     true},
                    added_conv_knob("q, k and v")},
          .cost = [](const Settings& set, CountedShape s) -> Cost {
            const Count D = s.width, T = s.length, H = set.count("heads"), K = set.at("expand_k").of(D), c = taps(set);
            const auto channels = 2 * K + D;  // of q, k and v
            return {.parameters = 2 * D * K + 3 * D * D + D + 2 * H * (D + 1) + c * channels,
                    .flops = T * (4 * D * K + 6 * D * D + 4 * D * H + 5 * K * (D / H + 1) + 2 * D + 2 * c * channels),
                    .state = K * D / H + K + H + (c ? (c - 1) * channels : 0),
                    .state_mad = K * D / H};
          },
          .valid = [](const Settings& set, Shape s) -> std::string {
            const auto H = set.count("heads"), K = set.at("expand_k").of(s.width);
            if (auto sentence = divides("heads", H, "width", s.width); !sentence.empty()) return sentence;
            if (K < 1)
              return "expand_k=" + set.at("expand_k").text() + " leaves no channel at width " + std::to_string(s.width);
            return divides("heads", H, "expand_k channels", K);
          }};
}

}  // namespace madsearch
