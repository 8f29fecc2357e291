#include "primitives/attention/forgetting_attention.h"

#include "primitives/shared_knobs.h"

namespace madsearch {

Primitive forgetting_attention() {
  return {
      .name = "forgetting_attention",
      .family = "attention",
      .kind = Kind::kSequence,
      .equation = "y_t = Σ_{s≤t} softmax_s(q_t · k_s / √d + Σ_{s<l≤t} log f_l) v_s",
      .source = "arXiv:2503.02130, section 3",
      .knobs = {heads_knob(), qk_norm_knob(false), switch_knob("gate", false, "output gate sigmoid(x Wg)"),
                switch_knob("norm", false, "normalisation of what is read over each head"),
                switch_knob("kv_shift", false,
                            "keys and values mixed with those of the token before, as the input decides"),
                added_conv_knob("q, k and v")},
      .cost = [](const Settings& set, CountedShape s) -> Cost {
        const Count D = s.width, T = s.length, H = set.count("heads"), c = taps(set);
        const auto weights = 4 * D * D + D * H + (on(set, "gate") ? D * D : 0) + (on(set, "kv_shift") ? 2 * D * H : 0);
        return {.parameters = weights + H + (on(set, "qk_norm") ? 2 * D : 0) + (on(set, "norm") ? D : 0) + 3 * c * D,
                .flops = 2 * T * weights + 2 * D * T * (T + 1) + 6 * c * T * D,
                .state = 2 * D * T + H * T + (on(set, "kv_shift") ? 2 * D : 0) + (c ? 3 * (c - 1) * D : 0),
                .state_mad = 2 * D * T};
      },
      .valid = [](const Settings& set, Shape s) { return divides("heads", set.count("heads"), "width", s.width); }};
}

}  // namespace madsearch
