#include "primitives/linear_attention.h"

namespace madsearch {

Primitive linear_attention() {
  return {.name = "linear_attention",
          .family = "linear attention",
          .kind = Kind::kSequence,
          .equation = "y_t = φ(q_t) Σ_{s≤t} φ(k_s)ᵀ v_s / φ(q_t) · Σ_{s≤t} φ(k_s)",
          .source = "arXiv:2006.16236, section 3.3; arXiv:2402.04347; arXiv:2103.13076",
          .knobs = {{"heads", {4, 1, 2, 8}, "heads, which divide the width"},
                    {"feature_map", {"elu", "relu", "hedgehog", "t2r", "identity", "elementwise_product"}, "what replaces the softmax"}},
          .cost = [](const Settings& set, Shape s) -> Cost {
            const auto D = s.width, T = s.length, H = set.count("heads"), d = D / H;
            const auto& map = set.word("feature_map");
            const auto products = map == "elementwise_product" ? 2 : map == "hedgehog" || map == "t2r" ? 1 : 0;
            const auto F = map == "hedgehog" ? 2 * d : d;
            const bool normalised = s.protocol == Protocol::kMadLab || (map != "identity" && map != "elementwise_product");
            return {.parameters = 4 * D * D + 2 * products * (d * d + d),
                    .flops = 8 * T * D * D + 4 * T * D * F + (normalised ? 3 * T * H * F + T * D : 0) + 4 * products * T * D * d,
                    .state = H * F * d + (normalised ? H * F : 0),
                    .state_mad = H * F * d};
          },
          .valid = [](const Settings& set, Shape s) { return divides("heads", set.count("heads"), "width", s.width); }};
}

}  // namespace madsearch
