#include "primitives/attention/differential_attention.h"

#include "primitives/shared_knobs.h"

namespace madsearch {

Primitive differential_attention() {
  return {.name = "differential_attention",
          .family = "attention",
          .kind = Kind::kSequence,
          .equation = "y_t = Σ_{s≤t} (softmax_s(q1_t · k1_s / √d) - λ softmax_s(q2_t · k2_s / √d)) v_s",
          .source = "arXiv:2410.05258, section 2.1",
          .knobs = {{"heads", {2, 1, 4}, "heads of two queries each, twice which divide the width"},
                    rotary_knob(true),
                    {.name = "lambda_init",
                     .values = {KnobValue(4, 5), KnobValue(1, 5), KnobValue(1, 2)},
                     .meaning = "share of the second map that is subtracted at first",
                     .least = 0,
                     .most = 0.99,
                     .ratio = true,
                     .before = KnobValue(4, 5)},
                    added_conv_knob("q, k and v")},
          .cost = [](const Settings& set, CountedShape s) -> Cost {
            const Count D = s.width, T = s.length, c = taps(set);
            return {.parameters = 4 * D * D + 3 * D / set.count("heads") + 3 * c * D,
                    .flops = 8 * T * D * D + 2 * D * T * (T + 1) + 6 * c * T * D,
                    .state = 2 * D * T + (c ? 3 * (c - 1) * D : 0),
                    .state_mad = 2 * D * T};
          },
          .valid = [](const Settings& set, Shape s) -> std::string {
            const auto queries = 2 * set.count("heads");
            if (auto sentence = divides("twice heads", queries, "width", s.width); !sentence.empty()) return sentence;
            if (on(set, "rotary") && s.width / queries % 2 != 0)
              return "rotary=on needs queries of an even number of channels, not " + std::to_string(s.width / queries);
            return "";
          }};
}

}  // namespace madsearch
