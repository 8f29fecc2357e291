#include "primitives/recurrent/lstm.h"

#include "primitives/shared_knobs.h"

namespace madsearch {

Primitive lstm() {
  return {
      .name = "lstm",
      .family = "recurrent",
      .kind = Kind::kSequence,
      .equation = "c_t = σ(f) c_{t-1} + σ(i) tanh(g),  h_t = σ(o) tanh(c_t);  i, f, g, o = x W + b + R h_{t-1} + b'",
      .source = "doi:10.1162/neco.1997.9.8.1735; heads: arXiv:2412.07752",
      .knobs = {{"heads", {1, 2, 4, 8}, "diagonal blocks of the recurrent matrices, which divide the width"},
                forget_bias_knob(),
                added_conv_knob("what the gates take from the input")},
      .cost = [](const Settings& set, CountedShape s) -> Cost {
        const Count D = s.width, T = s.length, H = set.count("heads"), k = taps(set);
        return {.parameters = 4 * D * D + 4 * D * D / H + 8 * D + 4 * k * D,
                .flops = T * (8 * D * D + 8 * D * D / H + 4 * D + 8 * k * D),
                .state = 2 * D + (k ? 4 * (k - 1) * D : 0),
                .state_mad = 2 * D};
      },
      .valid = [](const Settings& set, Shape s) { return divides("heads", set.count("heads"), "width", s.width); }};
}

}  // namespace madsearch
