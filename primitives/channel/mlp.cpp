#include "primitives/channel/mlp.h"

#include "primitives/channel/inner.h"
#include "primitives/shared_knobs.h"

namespace madsearch {

Primitive mlp() {
  return {.name = "mlp",
          .family = "mlp",
          .kind = Kind::kChannel,
          .equation = "y = f(x W1) W2,  f = gelu or max(0, ·)²",
          .source = "arXiv:1706.03762, section 3.3; arXiv:1606.08415; arXiv:2109.08668, section 3",
          .knobs = {inner_knob(),
                    {"activation", {"gelu", "relu2"}, "nonlinearity: gelu (tanh form) or squared relu"},
                    added_conv_knob("the inner channels (Canon-D)")},
          .cost = [](const Settings& set, CountedShape s) -> Cost {
            const Count D = s.width, T = s.length, m = set.at("inner").of(D), k = taps(set);
            return {
                .parameters = 2 * D * m + k * m, .flops = T * (4 * D * m + 2 * k * m), .state = k ? (k - 1) * m : 0};
          },
          .valid = [](const Settings& set, Shape s) { return check_inner(set, s); }};
}

}  // namespace madsearch
