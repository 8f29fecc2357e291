#include "primitives/linear_attention/linear_attention.h"

#include "primitives/shared_knobs.h"

namespace madsearch {
namespace {

constexpr std::int64_t kLargestTaylor = 16;  // as large as Based's; features grow with its square

/// Channels of a head's queries and keys, f of the data sheet.
std::int64_t feature_size(const Settings& set, std::int64_t width) {
  return set.at("feature_size").is_word() ? width / set.count("heads") : set.count("feature_size");
}

Count features(const std::string& map, Count f) {
  if (map == "hedgehog") return 2 * f;
  if (map == "dpfp") return 8 * f;
  if (map == "taylor") return 1 + f + f * (f + 1) / 2;
  return f;
}

}  // namespace

Primitive linear_attention() {
  return {
      .name = "linear_attention",
      .family = "linear attention",
      .kind = Kind::kSequence,
      .equation = "y_t = φ(q_t) Σ_{s≤t} φ(k_s)ᵀ v_s / φ(q_t) · Σ_{s≤t} φ(k_s)",
      .source = "arXiv:2006.16236, section 3.3; arXiv:2402.04347; arXiv:2103.13076; arXiv:2102.11174; arXiv:2402.18668",
      .knobs = {heads_knob(),
                {"feature_map",
                 {"elu", "relu", "hedgehog", "t2r", "identity", "elementwise_product", "dpfp", "taylor"},
                 "what replaces the softmax"},
                {"feature_size",
                 {"none", 16, 4},
                 "channels of a head's queries and keys, none = its share of the width",
                 1,
                 256},
                added_conv_knob("q, k and v")},
      .cost = [](const Settings& set, CountedShape s) -> Cost {
        const Count D = s.width, T = s.length, H = set.count("heads"), f = feature_size(set, s.width), c = taps(set);
        const auto& map = set.word("feature_map");
        const auto products = map == "elementwise_product" ? 2 : map == "hedgehog" || map == "t2r" ? 1 : 0;
        const auto F = features(map, f);
        const bool normalised = s.protocol == Protocol::kMadLab || (map != "identity" && map != "elementwise_product");
        const auto channels = 2 * H * f + D;  // of q, k and v
        return {.parameters = 2 * D * H * f + 2 * D * D + 2 * products * (f * f + f) + c * channels,
                .flops = 4 * T * D * (H * f + D) + 4 * T * D * F + (normalised ? 3 * T * H * F + T * D : 0) +
                         4 * products * T * H * f * f + (map == "dpfp" || map == "taylor" ? 2 * T * H * F : 0) +
                         2 * c * T * channels,
                .state = F * D + (normalised ? H * F : 0) + (c ? (c - 1) * channels : 0),
                .state_mad = F * D};
      },
      .valid = [](const Settings& set, Shape s) -> std::string {
        if (auto sentence = divides("heads", set.count("heads"), "width", s.width); !sentence.empty()) return sentence;
        const auto f = feature_size(set, s.width);
        if (set.word("feature_map") == "taylor" && f > kLargestTaylor)
          return "feature_map=taylor of heads of " + std::to_string(f) + " channels needs a feature_size of at most " +
                 std::to_string(kLargestTaylor);
        return "";
      }};
}

}  // namespace madsearch
