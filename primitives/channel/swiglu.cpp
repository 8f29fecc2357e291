#include "primitives/channel/swiglu.h"

#include "primitives/channel/inner.h"

namespace madsearch {

Primitive swiglu() {
  return {.name = "swiglu",
          .family = "mlp",
          .kind = Kind::kChannel,
          .equation = "y = (silu(x W1) * (x W2)) W3",
          .source = "arXiv:2002.05202, section 2",
          .knobs = {inner_knob()},
          .cost = [](const Settings& set, CountedShape s) -> Cost {
            const Count D = s.width, T = s.length, m = set.at("inner").of(D);
            return {.parameters = 3 * D * m, .flops = 6 * T * D * m};
          },
          .valid = [](const Settings& set, Shape s) { return check_inner(set, s); }};
}

}  // namespace madsearch
