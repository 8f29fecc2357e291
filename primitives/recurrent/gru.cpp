#include "primitives/recurrent/gru.h"

namespace madsearch {

Primitive gru() {
  return {.name = "gru",
          .family = "recurrent",
          .kind = Kind::kSequence,
          .equation =
              "h_t = (1 - z) n + z h_{t-1},  n = tanh(x Wn + bn + r (Rn h_{t-1} + bn'));  r, z = σ(x W + b + R h_{t-1} "
              "+ b')",
          .source = "arXiv:1406.1078, section 2.3; heads: arXiv:2412.07752",
          .knobs = {{"heads", {1, 2, 4, 8}, "diagonal blocks of the recurrent matrices, which divide the width"}},
          .cost = [](const Settings& set, CountedShape s) -> Cost {
            const Count D = s.width, T = s.length, H = set.count("heads");
            return {.parameters = 3 * D * D + 3 * D * D / H + 6 * D,
                    .flops = T * (6 * D * D + 6 * D * D / H + 5 * D),
                    .state = D,
                    .state_mad = D};
          },
          .valid = [](const Settings& set, Shape s) { return divides("heads", set.count("heads"), "width", s.width); }};
}

}  // namespace madsearch
