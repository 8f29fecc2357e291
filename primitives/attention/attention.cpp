#include "primitives/attention/attention.h"

#include <algorithm>

#include "primitives/shared_knobs.h"

namespace madsearch {
namespace {

std::int64_t key_heads(const Settings& set) {
  return set.at("kv_heads").is_word() ? set.count("heads") : set.count("kv_heads");
}

/// Pairs of tokens that are read: token t reads the first `sinks` and the last `window`, t + 1 at most.
Count pairs(const Settings& set, Count T) {
  const auto n = std::min<Count>(T, tokens_read(set, T));
  return n * (n + 1) / 2 + (T - n) * n;
}

}  // namespace

Primitive attention() {
  return {
      .name = "attention",
      .family = "attention",
      .kind = Kind::kSequence,
      .equation = "y_t = Σ_s softmax_s(q_t · k_s / √d) v_s,  s in the last `window` tokens",
      .source =
          "arXiv:1706.03762, section 3.2; arXiv:2104.09864; arXiv:2305.13245; arXiv:2309.17453; arXiv:2505.09388; "
          "arXiv:2505.06708",
      .knobs = {{"heads", {4, 1, 2, 8}, "query heads, which divide the width"},
                {"kv_heads", {"all", 1, 2}, "key and value heads, which divide heads; all = one for each query head"},
                {.name = "window",
                 .values = {"none", KnobValue(1, 8), KnobValue(1, 4)},
                 .meaning =
                     "tokens a query reads, itself included, or a fraction of the length; none = all of the past",
                 .most = 1 << 20,
                 .share = true},
                {"sinks", {0, 4, 1}, "first tokens that stay visible when the window has passed them", 0, 1 << 20},
                rotary_knob(true),
                qk_norm_knob(false),
                switch_knob("gate", false, "gate sigmoid(x Wg) on what is read, channel by channel"),
                added_conv_knob("q, k and v")},
      .cost = [](const Settings& set, CountedShape s) -> Cost {
        const Count D = s.width;
        const Count T = s.length;
        const Count H = set.count("heads");
        const auto G = key_heads(set);
        const auto biases = s.protocol == Protocol::kMadLab ? 2 * D + 2 * D * G / H : 0;
        const auto norms = on(set, "qk_norm") ? 2 * D / H : 0;
        const auto gate = on(set, "gate") ? D * D : 0;
        const auto keys_values = 2 * D * G / H * std::min<Count>(T, tokens_read(set, T));
        const auto channels = D + 2 * D * G / H;  // of q, k and v
        const Count c = taps(set);
        return {.parameters = 2 * D * D + 2 * D * D * G / H + gate + norms + biases + c * channels,
                .flops =
                    4 * T * D * D + 4 * T * D * D * G / H + 2 * T * gate + 4 * D * pairs(set, T) + 2 * T * c * channels,
                .state = keys_values + (c ? (c - 1) * channels : 0),
                .state_mad = keys_values};
      },
      .valid = [](const Settings& set, Shape s) -> std::string {
        if (auto sentence = divides("heads", set.count("heads"), "width", s.width); !sentence.empty()) return sentence;
        if (auto sentence = divides("kv_heads", key_heads(set), "heads", set.count("heads")); !sentence.empty())
          return sentence;
        if (set.at("window").is_word() && set.count("sinks") > 0)
          return "sinks=" + set.at("sinks").text() + " needs a window: without one all tokens stay visible";
        if (on(set, "rotary") && s.width / set.count("heads") % 2 != 0)
          return "rotary=on needs heads of an even number of channels, not " +
                 std::to_string(s.width / set.count("heads"));
        return "";
      },
      .simplify =
          [](Settings& set) {
            if (set.at("kv_heads") == set.at("heads")) set.set("kv_heads", "all");
          },
      .shares_keys_values = true};
}

}  // namespace madsearch
