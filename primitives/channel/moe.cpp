#include "primitives/channel/moe.h"

#include "primitives/channel/inner.h"

namespace madsearch {

Primitive moe() {
  return {.name = "moe",
          .family = "mixture of experts",
          .kind = Kind::kChannel,
          .equation =
              "y = Σ_e w_e (silu(x W1_e) * (x W2_e)) W3_e + (silu(x V1) * (x V2)) V3,  w = softmax of the `active` "
              "largest x Wr",
          .source = "arXiv:2101.03961, section 2.2; arXiv:2401.04088, section 2.1; arXiv:2401.06066, section 3.2",
          .knobs = {{"experts", {4, 2}, "experts that a router chooses from", 2, 64},
                    {"active", {2, 1}, "experts that it chooses for a token", 1, 64},
                    {"shared", {0, 1, 2}, "experts of the same size that every token uses besides", 0, 16},
                    inner_knob()},
          .cost = [](const Settings& set, CountedShape s) -> Cost {
            const Count D = s.width;
            const Count T = s.length;
            const Count E = set.count("experts");
            const Count k = set.count("active");
            const Count S = set.count("shared");
            const Count m = set.at("inner").of(D);
            if (s.protocol == Protocol::kMadLab) {
              const auto parameters = 2 * D * m * E + m * D * E * E + D * E + E + 3 * D * m * S;
              return {.parameters = parameters,
                      .flops = T * (4 * D * m * E + 2 * m * D * E * E + 2 * D * E + 6 * D * m * S)};
            }
            return {.parameters = 3 * D * m * (E + S) + D * E,
                    .active_parameters = 3 * D * m * (k + S) + D * E,
                    .flops = T * (6 * D * m * (k + S) + 2 * D * E)};
          },
          .valid = [](const Settings& set, Shape s) -> std::string {
            if (set.count("active") > set.count("experts"))
              return "active=" + set.at("active").text() + " is more than experts=" + set.at("experts").text();
            return check_inner(set, s);
          }};
}

}  // namespace madsearch
