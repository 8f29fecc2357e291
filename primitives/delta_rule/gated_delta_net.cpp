#include "primitives/delta_rule/gated_delta_net.h"

#include "primitives/delta_rule/delta_sheet.h"

namespace madsearch {

Primitive gated_delta_net() {
  return {.name = "gated_delta_net",
          .family = "delta rule",
          .kind = Kind::kSequence,
          .equation = "S_t = α_t (I - β_t k_tᵀ k_t) S_{t-1} + β_t k_tᵀ v_t,  o_t = q_t S_t",
          .source = "arXiv:2412.06464, equation 10; arXiv:2411.12537",
          .knobs = {heads_knob(), expand_k_knob(), expand_v_knob(), conv_knob(4), gate_knob(true),
                    negative_eigenvalues_knob(false)},
          .cost = gated_delta_cost,
          .valid = heads_divide_keys_and_values};
}

}  // namespace madsearch
