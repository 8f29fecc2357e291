#include "primitives/convolution/mh_hyena.h"

#include "primitives/convolution/hyena_sheet.h"

namespace madsearch {

Primitive mh_hyena() {
  return {.name = "mh_hyena",
          .family = "convolution",
          .kind = Kind::kSequence,
          .equation = "y_t = Σ_{s≤t} h_{t-s} (x1_t · v_s) x2_s",
          .source = "arXiv:2310.18780, section 4",
          .knobs = {{"head_size", {8, 4, 16}, "channels of a head, which divide the width"},
                    filter_order_knob(2),
                    projection_groups_knob(),
                    short_filter_knob()},
          .cost = [](const Settings& set, CountedShape s) -> Cost {
            const Count D = s.width;
            const Count T = s.length;
            const Count M = set.count("head_size");
            const Count g = set.count("proj_groups");
            const Count k = taps(set);
            const Count o = set.count("filter_order");
            return {.parameters = (D + 1) * 3 * D / g + (k ? k + 1 : 0) * 3 * D + D / M +
                                  hyena_filter_parameters(D / M, o, s) + (D + 1) * D,
                    .flops = T * (6 * D * D / g + 6 * D * k + 2 * D * D) +
                             std::min(2 * D * T * (T + 1), convolution_flops(D * M, T) + 4 * D * M * T),
                    .state = 2 * T * D + (k ? k - 1 : 0) * 3 * D,
                    .state_mad = D * M * o};
          },
          .valid = [](const Settings& set, Shape s) -> std::string {
            if (auto sentence = divides("head_size", set.count("head_size"), "width", s.width); !sentence.empty())
              return sentence;
            return divides("proj_groups", set.count("proj_groups"), "3 times the width,", 3 * s.width);
          }};
}

}  // namespace madsearch
