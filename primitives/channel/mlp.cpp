#include "primitives/channel/mlp.h"

#include "primitives/channel/inner.h"

namespace madsearch {

Primitive mlp() {
  return {.name = "mlp",
          .family = "mlp",
          .kind = Kind::kChannel,
          .equation = "y = f(x W1) W2,  f = gelu or max(0, ·)²",
          .source = "arXiv:1706.03762, section 3.3; arXiv:1606.08415; arXiv:2109.08668, section 3",
          .knobs = {inner_knob(), {"activation", {"gelu", "relu2"}, "nonlinearity: gelu (tanh form) or squared relu"}},
          .cost = [](const Settings& set, CountedShape s) -> Cost {
            const Count D = s.width, T = s.length, m = set.at("inner").of(D);
            return {.parameters = 2 * D * m, .flops = 4 * T * D * m};
          },
          .valid = [](const Settings& set, Shape s) { return check_inner(set, s); }};
}

}  // namespace madsearch
