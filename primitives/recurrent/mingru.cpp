#include "primitives/recurrent/mingru.h"

#include "primitives/recurrent/min_rnn_sheet.h"

namespace madsearch {

Primitive mingru() {
  return {.name = "mingru",
          .family = "recurrent",
          .kind = Kind::kSequence,
          .equation = "h_t = (1 - z_t) h_{t-1} + z_t g(x Wh),  z = σ(x Wz)",
          .source = "arXiv:2410.01201, section 3.1 and appendix B",
          .knobs = min_rnn_knobs(),
          .cost = [](const Settings& set, CountedShape s) { return min_rnn_cost(set, s, 2, 4); },
          .valid = min_rnn_valid};
}

}  // namespace madsearch
