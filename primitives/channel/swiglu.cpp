#include "primitives/channel/swiglu.h"

#include "primitives/channel/inner.h"
#include "primitives/shared_knobs.h"

namespace madsearch {

Primitive swiglu() {
  return {.name = "swiglu",
          .family = "mlp",
          .kind = Kind::kChannel,
          .equation = "y = (silu(x W1) * (x W2)) W3",
          .source = "arXiv:2002.05202, section 2",
          .knobs = {inner_knob(),
                    {.name = "activation",
                     .values = {"silu", "gelu"},
                     .meaning = "of the gate: SwiGLU, or GeGLU",
                     .before = "silu"},
                    added_conv_knob("the inner channels (Canon-D)")},
          .cost = [](const Settings& set, CountedShape s) -> Cost {
            const Count D = s.width, T = s.length, m = set.at("inner").of(D), k = taps(set);
            return {.parameters = 3 * D * m + 2 * k * m,
                    .flops = T * (6 * D * m + 4 * k * m),
                    .state = k ? 2 * (k - 1) * m : 0};
          },
          .valid = [](const Settings& set, Shape s) { return check_inner(set, s); }};
}

}  // namespace madsearch
