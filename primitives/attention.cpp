#include "primitives/attention.h"

#include <algorithm>

namespace madsearch {
namespace {

std::int64_t key_heads(const Settings& set) {
  return set.at("kv_heads").is_word() ? set.count("heads") : set.count("kv_heads");
}

std::int64_t reach(const Settings& set, Shape s) {            // the most tokens a query reads
  return set.at("window").is_word() ? s.length : std::min(s.length, set.count("window"));
}

}  // namespace

Primitive attention() {
  return {.name = "attention",
          .family = "attention",
          .kind = Kind::kSequence,
          .equation = "y_t = Σ_s softmax_s(q_t · k_s / √d) v_s,  s in the last `window` tokens",
          .source = "arXiv:1706.03762, section 3.2; arXiv:2104.09864; arXiv:2305.13245",
          .knobs = {{"heads", {4, 1, 2, 8}, "query heads, which divide the width"},
                    {"kv_heads", {"all", 1, 2}, "key and value heads, which divide heads; all = one for each query head"},
                    {"window", {"none", 8, 16}, "tokens a query reads, itself included; none = all of the past", 1, 1 << 20},
                    {"rotary", {"on", "off"}, "rotary position embedding of queries and keys"}},
          .cost = [](const Settings& set, Shape s) -> Cost {
            const auto D = s.width, T = s.length, H = set.count("heads"), G = key_heads(set), w = reach(set, s);
            const auto pairs = w * (w + 1) / 2 + (T - w) * w;
            const auto biases = s.protocol == Protocol::kMadLab ? 2 * D + 2 * D * G / H : 0;
            const auto state = 2 * D * G / H * w;
            return {.parameters = 2 * D * D + 2 * D * D * G / H + biases,
                    .flops = 4 * T * D * D + 4 * T * D * D * G / H + 4 * D * pairs,
                    .state = state,
                    .state_mad = state};
          },
          .valid = [](const Settings& set, Shape s) -> std::string {
            if (auto sentence = divides("heads", set.count("heads"), "width", s.width); !sentence.empty()) return sentence;
            if (auto sentence = divides("kv_heads", key_heads(set), "heads", set.count("heads")); !sentence.empty()) return sentence;
            if (set.word("rotary") == "on" && s.width / set.count("heads") % 2 != 0)
              return "rotary=on needs heads of an even number of channels, not " + std::to_string(s.width / set.count("heads"));
            return "";
          },
          .simplify =
              [](Settings& set) {
                if (set.at("kv_heads") == set.at("heads")) set.set("kv_heads", "all");
              },
          .shares_keys_values = true};
}

}  // namespace madsearch
