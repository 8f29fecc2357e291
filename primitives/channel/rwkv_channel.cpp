#include "primitives/channel/rwkv_channel.h"

#include "primitives/channel/inner.h"
#include "primitives/shared_knobs.h"

namespace madsearch {

Primitive rwkv_channel() {
  return {.name = "rwkv_channel",
          .family = "mlp",
          .kind = Kind::kChannel,
          .equation = "y = σ(shift(x) Wr) * (max(0, shift(x) Wk)² Wv),  shift(x)_t = x_t + (x_{t-1} - x_t) μ",
          .source = "arXiv:2404.05892, section 4.1; arXiv:2503.14456, section 4",
          .knobs = {inner_knob(), switch_knob("gate", true, "gate by the receptance σ(shift(x) Wr); RWKV-7 has none"),
                    added_conv_knob("the inner channels (Canon-D)")},
          .cost = [](const Settings& set, CountedShape s) -> Cost {
            const Count D = s.width;
            const Count T = s.length;
            const Count m = set.at("inner").of(D);
            const Count c = taps(set);
            const Count gate = std::int64_t{on(set, "gate")};
            return {.parameters = 2 * D * m + D + c * m + gate * (D * D + D),
                    .flops = T * (4 * D * m + 2 * c * m) + gate * 2 * T * D * D,
                    .state = D + (c ? (c - 1) * m : 0)};
          },
          .valid = [](const Settings& set, Shape s) { return check_inner(set, s); }};
}

}  // namespace madsearch
