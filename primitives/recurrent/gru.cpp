#include "primitives/recurrent/gru.h"

#include "primitives/shared_knobs.h"

namespace madsearch {

Primitive gru() {
  return {.name = "gru",
          .family = "recurrent",
          .kind = Kind::kSequence,
          .equation =
              "h_t = (1 - z) n + z h_{t-1},  n = tanh(x Wn + bn + r (Rn h_{t-1} + bn'));  r, z = σ(x W + b + R h_{t-1} "
              "+ b')",
          .source = "arXiv:1406.1078, section 2.3; heads: arXiv:2412.07752",
          .knobs = {{"heads", {1, 2, 4, 8}, "diagonal blocks of the recurrent matrices, which divide the width"},
                    added_conv_knob("what the gates and the candidate take from the input")},
          .cost = [](const Settings& set, CountedShape s) -> Cost {
            const Count D = s.width, T = s.length, H = set.count("heads"), k = taps(set);
            return {.parameters = 3 * D * D + 3 * D * D / H + 6 * D + 3 * k * D,
                    .flops = T * (6 * D * D + 6 * D * D / H + 5 * D + 6 * k * D),
                    .state = D + (k ? 3 * (k - 1) * D : 0),
                    .state_mad = D};
          },
          .valid = [](const Settings& set, Shape s) { return divides("heads", set.count("heads"), "width", s.width); }};
}

}  // namespace madsearch
