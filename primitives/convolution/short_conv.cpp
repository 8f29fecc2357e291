#include "primitives/convolution/short_conv.h"

#include "primitives/shared_knobs.h"

namespace madsearch {

Primitive short_conv() {
  return {.name = "short_conv",
          .family = "convolution",
          .kind = Kind::kSequence,
          .equation = "y = silu(conv_k(x W1)) * (x W2)",
          .source = "arXiv:2402.18668, published code (BaseConv)",
          .knobs = {{"expand", {1, 2}, "channels as a ratio to the width", 0.25, 8, true}, taps_knob(3)},
          .cost = [](const Settings& set, CountedShape s) -> Cost {
            const Count D = s.width, T = s.length, I = set.at("expand").of(D), k = set.count("conv");
            return {.parameters = (D + 1) * 2 * I + I * k + (I + 1) * D,
                    .flops = T * (4 * D * I + 2 * I * k + I + 2 * I * D),
                    .state = (k - 1) * I};
          },
          .valid = [](const Settings& set, Shape s) -> std::string {
            if (set.at("expand").of(s.width) > 0) return "";
            return "expand=" + set.at("expand").text() + " leaves no channel at width " + std::to_string(s.width);
          }};
}

}  // namespace madsearch
