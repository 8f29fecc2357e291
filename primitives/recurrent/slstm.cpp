#include "primitives/recurrent/slstm.h"

#include "primitives/shared_knobs.h"

namespace madsearch {

Primitive slstm() {
  return {
      .name = "slstm",
      .family = "recurrent",
      .kind = Kind::kSequence,
      .equation =
          "c_t = f c_{t-1} + i z,  n_t = f n_{t-1} + i,  h_t = o c_t / n_t;  i = exp(u Wi + Ri h_{t-1}),  f = σ or exp",
      .source = "arXiv:2405.04517, section 2.2 and appendix A",
      .knobs = {heads_knob(),
                {"forget", {"sigmoid", "exp"}, "what the forget gate is of its pre-activation"},
                conv_knob(4)},
      .cost = [](const Settings& set, CountedShape s) -> Cost {
        const Count D = s.width, T = s.length, H = set.count("heads"), k = taps(set);
        return {.parameters = 8 * D * D / H + 5 * D + (k ? (k + 1) * D : 0),
                .flops = T * (16 * D * D / H + 2 * k * D + 8 * D),
                .state = 4 * D + (k ? (k - 1) * D : 0),
                .state_mad = 2 * D};
      },
      .valid = [](const Settings& set, Shape s) -> std::string {
        const auto H = set.count("heads");
        if (H == s.width)
          return "heads=" + std::to_string(H) + " leaves heads of one channel, which their norm would erase";
        return divides("heads", H, "width", s.width);
      }};
}

}  // namespace madsearch
