#include "primitives/convolution/gated_short_conv.h"

#include "primitives/shared_knobs.h"

namespace madsearch {

Primitive gated_short_conv() {
  return {.name = "gated_short_conv",
          .family = "convolution",
          .kind = Kind::kSequence,
          .equation = "y = C * conv_k(B * u),  B, C, u = x W",
          .source = "Liquid AI 2025, LFM2, published model code",
          .knobs = {taps_knob(3)},
          .cost = [](const Settings& set, CountedShape s) -> Cost {
            const Count D = s.width, T = s.length, k = set.count("conv");
            return {
                .parameters = 4 * D * D + k * D, .flops = T * (8 * D * D + 2 * D * k + 2 * D), .state = (k - 1) * D};
          },
          .valid = [](const Settings&, Shape) -> std::string { return ""; }};
}

}  // namespace madsearch
