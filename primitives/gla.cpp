#include "primitives/gla.h"

namespace madsearch {

Primitive gla() {
  return {.name = "gla",
          .family = "linear attention",
          .kind = Kind::kSequence,
          .equation = "S_t = diag(exp a_t) S_{t-1} + k_tᵀ v_t,  o_t = q_t S_t",
          .source = "arXiv:2312.06635, section 4",
          .knobs = {{"heads", {4, 1, 2, 8}, "heads, which divide the width"},
                    {"gate_rank", {16, 8}, "rank of the projection that makes the decay rates"}},
          .cost = [](const Settings& set, Shape s) -> Cost {
            const auto D = s.width, T = s.length, H = set.count("heads"), r = set.count("gate_rank");
            return {.parameters = 5 * D * D + 2 * D * r + D + D / H,
                    .flops = 10 * T * D * D + 4 * T * D * r + 5 * T * D * D / H,
                    .state = D * D / H,
                    .state_mad = D * D / H};
          },
          .valid = [](const Settings& set, Shape s) { return divides("heads", set.count("heads"), "width", s.width); }};
}

}  // namespace madsearch
