#include "primitives/recurrent/minlstm.h"

#include "primitives/recurrent/min_rnn_sheet.h"

namespace madsearch {

Primitive minlstm() {
  auto knobs = min_rnn_knobs();
  knobs.push_back(switch_knob("normalise", true, "the two gates divided by their sum"));
  knobs.push_back(forget_bias_knob());
  return {.name = "minlstm",
          .family = "recurrent",
          .kind = Kind::kSequence,
          .equation = "h_t = f'_t h_{t-1} + i'_t g(x Wh),  f' = f / (f + i),  i' = i / (f + i),  f, i = σ(x W)",
          .source = "arXiv:2410.01201, section 3.2 and appendix B",
          .knobs = std::move(knobs),
          .cost = [](const Settings& set, CountedShape s) { return min_rnn_cost(set, s, 3, 6); },
          .valid = min_rnn_valid};
}

}  // namespace madsearch
