#pragma once
#include <limits>

#include "primitives/primitive.h"

namespace madsearch {

// Knobs that many sequence mixers have, with one name and one meaning. A `standard` value is the default.

inline Knob heads_knob() { return {"heads", {4, 1, 2, 8}, "heads, which divide the width"}; }

/// Taps of a short causal depthwise convolution with the current token included, or none. The default is the paper's;
/// search draws the knob alike for all primitives (search/architecture/alphabet.h).
inline Knob conv_knob(KnobValue standard) {
  Knob out{"conv", {std::move(standard)}, "taps of the short convolution, the current token included, or none", 2, 16};
  for (const KnobValue& value : {KnobValue(4), KnobValue("none"), KnobValue(3)})
    if (value != out.values.front()) out.values.push_back(value);
  return out;
}
/// The same for a primitive that had none before, and has none in its paper (layers/residual_conv.h).
inline Knob added_conv_knob(const std::string& of) {
  auto out = conv_knob("none");
  out.meaning = "taps of a residual short convolution of " + of + ", the current token included, or none";
  out.before = "none";
  return out;
}
/// The same for a mixer that is such a convolution.
inline Knob taps_knob(std::int64_t standard) {
  Knob out{"conv", {standard}, "taps of the short convolution, the current token included", 2, 16};
  for (const std::int64_t value : {4, 3})
    if (value != standard) out.values.push_back(value);
  return out;
}
/// 0 for none.
inline std::int64_t taps(const Settings& set) { return set.at("conv").is_word() ? 0 : set.count("conv"); }

/// Taps of a residual short convolution before the whole block, which table.cpp gives to every primitive
/// (layers/input_conv.h).
inline Knob input_conv_knob() {
  Knob out{"input_conv", {"none", 4}, "taps of a residual short convolution of the block's input, or none", 2, 16};
  out.before = "none";
  return out;
}
/// 0 for none, and for a primitive without the knob.
inline std::int64_t input_taps(const Settings& set) {
  return !set.has("input_conv") || set.at("input_conv").is_word() ? 0 : set.count("input_conv");
}

inline Knob switch_knob(const std::string& name, bool standard, const std::string& meaning) {
  return {name, standard ? std::vector<KnobValue>{"on", "off"} : std::vector<KnobValue>{"off", "on"}, meaning};
}
inline bool on(const Settings& set, const std::string& name) { return set.word(name) == "on"; }

inline Knob gate_knob(bool standard) { return switch_knob("gate", standard, "output gate silu(x Wg)"); }
inline Knob qk_norm_knob(bool standard) {
  return switch_knob("qk_norm", standard, "normalisation of queries and keys over each head");
}
inline Knob forget_bias_knob() {
  return {"forget_bias", {0, 1}, "added to the initial bias of the forget gate", 0, 16};
}
inline Knob rotary_knob(bool standard) {
  return switch_knob("rotary", standard, "rotary position embedding of queries and keys");
}

/// Whether the knob `window` limits what a token reads.
inline bool has_window(const Settings& set) { return set.has("window") && !set.at("window").is_word(); }
/// The knob `window` in tokens, in a model for sequences of `length`: a count as it stands, a fraction as that share of
/// the length, rounded up. Only where has_window.
inline std::int64_t window_at(const Settings& set, std::int64_t length) {
  const auto& window = set.at("window");
  return window.is_count() ? window.count() : window.share_of(length);
}
/// The most tokens that a token reads there by the knobs `window` and `sinks`. Without a window there is no limit.
inline std::int64_t tokens_read(const Settings& set, std::int64_t length) {
  if (!has_window(set)) return std::numeric_limits<std::int64_t>::max();
  return window_at(set, length) + (set.has("sinks") ? set.count("sinks") : 0);
}

}  // namespace madsearch
