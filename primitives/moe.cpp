#include "primitives/moe.h"

#include "primitives/inner.h"

namespace madsearch {

Primitive moe() {
  return {.name = "moe",
          .family = "mixture of experts",
          .kind = Kind::kChannel,
          .equation = "y = Σ_e w_e (silu(x W1_e) * (x W2_e)) W3_e,  w = softmax of the `active` largest x Wr",
          .source = "arXiv:2101.03961, section 2.2; arXiv:2401.04088, section 2.1",
          .knobs = {{"experts", {4, 2}, "experts", 2, 64}, {"active", {2, 1}, "experts that one token uses", 1, 64}, inner_knob()},
          .cost = [](const Settings& set, Shape s) -> Cost {
            const auto D = s.width, T = s.length, E = set.count("experts"), k = set.count("active"), m = set.at("inner").of(D);
            if (s.protocol == Protocol::kMadLab) {
              const auto parameters = 2 * D * m * E + m * D * E * E + D * E + E;
              return {.parameters = parameters, .flops = T * (4 * D * m * E + 2 * m * D * E * E + 2 * D * E)};
            }
            return {
                .parameters = 3 * D * m * E + D * E, .active_parameters = 3 * D * m * k + D * E, .flops = T * (6 * D * m * k + 2 * D * E)};
          },
          .valid = [](const Settings& set, Shape s) -> std::string {
            if (set.count("active") > set.count("experts"))
              return "active=" + set.at("active").text() + " is more than experts=" + set.at("experts").text();
            return check_inner(set, s);
          }};
}

}  // namespace madsearch
