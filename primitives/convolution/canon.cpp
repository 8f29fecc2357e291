#include "primitives/convolution/canon.h"

#include "primitives/shared_knobs.h"

namespace madsearch {

Primitive canon() {
  return {.name = "canon",
          .family = "convolution",
          .kind = Kind::kSequence,
          .equation = "y_t = Σ_{s<k} w_s * x_{t-s}",
          .source = "arXiv:2512.17351",
          .knobs = {taps_knob(4)},
          .cost = [](const Settings& set, CountedShape s) -> Cost {
            const Count D = s.width, T = s.length, k = set.count("conv");
            return {.parameters = k * D, .flops = 2 * T * k * D, .state = (k - 1) * D};
          },
          .valid = [](const Settings&, Shape) -> std::string { return ""; }};
}

}  // namespace madsearch
