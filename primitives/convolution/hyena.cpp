#include "primitives/convolution/hyena.h"

#include "primitives/convolution/hyena_sheet.h"

namespace madsearch {

Primitive hyena() {
  return {.name = "hyena",
          .family = "convolution",
          .kind = Kind::kSequence,
          .equation = "y = (h ∗ (v * x1)) * x0,  h_t = MLP(t) exp(-δ t)",
          .source = "arXiv:2302.10866, sections 3.1 and 3.3",
          .knobs = {{"inner", {1, 2}, "channels as a ratio to the width", 0.25, 8, true},
                    filter_order_knob(4),
                    projection_groups_knob(),
                    short_filter_knob()},
          .cost = [](const Settings& set, CountedShape s) -> Cost {
            const Count D = s.width;
            const Count T = s.length;
            const Count I = set.at("inner").of(D);
            const Count g = set.count("proj_groups");
            const Count k = taps(set);
            const Count o = set.count("filter_order");
            return {.parameters = (D + 1) * 3 * I / g + (k ? k + 1 : 0) * 3 * I + I + hyena_filter_parameters(I, o, s) +
                                  (I + 1) * D,
                    .flops = T * (6 * D * I / g + 6 * I * k + 2 * I * D + 4 * I) + convolution_flops(I, T),
                    .state = T * I + (k ? k - 1 : 0) * 3 * I,
                    .state_mad = I * o};
          },
          .valid = [](const Settings& set, Shape s) -> std::string {
            const auto I = set.at("inner").of(s.width);
            if (I < 1)
              return "inner=" + set.at("inner").text() + " leaves no channel at width " + std::to_string(s.width);
            return divides("proj_groups", set.count("proj_groups"), "3 inner channels", 3 * I);
          }};
}

}  // namespace madsearch
