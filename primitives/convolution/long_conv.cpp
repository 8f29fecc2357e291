#include "primitives/convolution/long_conv.h"

#include "primitives/convolution/hyena_sheet.h"

namespace madsearch {

Primitive long_conv() {
  return {.name = "long_conv",
          .family = "convolution",
          .kind = Kind::kSequence,
          .equation = "a, b = gelu(squash(K) ∗ x + d x) W,  y = a σ(b)",
          .source = "arXiv:2302.06646",
          .knobs = {{"smooth", {"none", 7}, "taps that are averaged, an odd number, or none", 3, 63}},
          .cost = [](const Settings&, CountedShape s) -> Cost {
            const Count D = s.width, T = s.length;
            return {.parameters = D * T + D + 2 * D * (D + 1),
                    .flops = T * (4 * D * D + 4 * D) + convolution_flops(D, T),
                    .state = T * D,
                    .state_mad = T * D};
          },
          .valid = [](const Settings& set, Shape) -> std::string {
            const auto& smooth = set.at("smooth");
            if (smooth.is_word() || smooth.count() % 2 == 1) return "";
            return "smooth=" + smooth.text() + " is even, so the window has no middle";
          }};
}

}  // namespace madsearch
