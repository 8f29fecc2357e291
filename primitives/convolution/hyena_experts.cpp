#include "primitives/convolution/hyena_experts.h"

#include "primitives/convolution/hyena_sheet.h"

namespace madsearch {

Primitive hyena_experts() {
  return {.name = "hyena_experts",
          .family = "convolution",
          .kind = Kind::kSequence,
          .equation = "y = (Σ_e w_e ((h ∗ (v * x1)) * x0)_e) Wo,  w = softmax of the `active` largest x Wr",
          .source = "arXiv:2403.17844",
          .knobs = {{"experts", {8, 4, 2}, "experts, which divide the width", 2, 64},
                    {"active", {2, 1}, "experts that one token uses", 1, 64},
                    filter_order_knob(16),
                    short_filter_knob()},
          .cost = [](const Settings& set, CountedShape s) -> Cost {
            const Count D = s.width;
            const Count T = s.length;
            const Count E = set.count("experts");
            const auto m = D / E;
            const Count k = taps(set);
            const Count o = set.count("filter_order");
            const auto router = D * E + (s.protocol == Protocol::kMadLab ? E : 0);
            return {.parameters = (D + 1) * 3 * D + (k ? k + 1 : 0) * 3 * D + D + hyena_filter_parameters(D, o, s) +
                                  router + (m + 1) * D,
                    .flops = T * (6 * D * D + 6 * D * k + 6 * D + 2 * D * E + 2 * m * D) + convolution_flops(D, T),
                    .state = T * D + (k ? k - 1 : 0) * 3 * D,
                    .state_mad = D * o};
          },
          .valid = [](const Settings& set, Shape s) -> std::string {
            if (set.count("active") > set.count("experts"))
              return "active=" + set.at("active").text() + " is more than experts=" + set.at("experts").text();
            return divides("experts", set.count("experts"), "width", s.width);
          }};
}

}  // namespace madsearch
