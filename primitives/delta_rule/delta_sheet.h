#pragma once
#include "primitives/shared_knobs.h"

namespace madsearch {

// What the data sheets of the delta rule share.

/// `steps` keys, values and β a token on heads whose state is a matrix [key, value].
struct DeltaSizes {
  Count heads, key, value;
  Count taps;  // of the short convolutions on q, k and v; 0: none
  Count steps = 1;
  Count strengths = 1;  // β of a head and step: one, or one for each key channel
  Count keys() const { return heads * key; }
  Count values() const { return heads * value; }
};

inline Knob negative_eigenvalues_knob(bool standard) {
  return switch_knob("negative_eigenvalues", standard,
                     "β in [0, 2] instead of [0, 1], so that a step may reflect what it erases");
}

/// Cost of the layer without gates: projections with their short convolutions, β, the recurrence, RMSNorm of each head
/// and the output projection.
inline Cost delta_cost(const DeltaSizes& z, Count D, Count T) {
  const auto inputs = z.keys() + z.steps * (z.keys() + z.values());
  const auto matrix = z.keys() * z.value;
  const auto projections = D * (inputs + z.steps * z.heads * z.strengths + z.values());
  return {.parameters = projections + z.taps * inputs + z.value,
          .flops = 2 * T * (projections + z.taps * inputs) + T * matrix * (4 * z.steps + 2),
          .state = matrix + (z.taps ? (z.taps - 1) * inputs : 0),
          .state_mad = matrix};
}

/// Adds a projection of D channels to `outputs`, with `more` parameters beside it.
inline void add_projection(Cost& cost, Count D, Count T, Count outputs, Count more = 0) {
  cost.parameters += D * outputs + more;
  cost.flops += 2 * T * D * outputs;
}

// Of Gated DeltaNet and what has its sizes.

inline Knob expand_k_knob() {
  return {"expand_k", {KnobValue(3, 4), KnobValue(1, 2), 1}, "channels of the keys as a ratio to the width", 0.125, 4,
          true};
}
inline Knob expand_v_knob() {
  return {"expand_v", {KnobValue(3, 2), 1, 2}, "channels of the values as a ratio to the width", 0.125, 8, true};
}

/// Cost of the layer with a decay a head and, if the knob is on, an output gate.
inline Cost gated_delta_cost(const Settings& set, CountedShape s) {
  const Count D = s.width;
  const Count T = s.length;
  const Count H = set.count("heads");
  const Count K = set.at("expand_k").of(D);
  const Count V = set.at("expand_v").of(D);
  auto cost = delta_cost({.heads = H, .key = K / H, .value = V / H, .taps = taps(set)}, D, T);
  add_projection(cost, D, T, H, 2 * H);
  if (on(set, "gate")) add_projection(cost, D, T, V);
  cost.flops += T * K * V / H;
  return cost;
}

inline std::string heads_divide_keys_and_values(const Settings& set, Shape s) {
  const auto H = set.count("heads");
  const auto K = set.at("expand_k").of(s.width);
  const auto V = set.at("expand_v").of(s.width);
  if (K < 1) return "expand_k=" + set.at("expand_k").text() + " leaves no channel at width " + std::to_string(s.width);
  if (V < 1) return "expand_v=" + set.at("expand_v").text() + " leaves no channel at width " + std::to_string(s.width);
  const auto sentence = divides("heads", H, "channels of keys", K);
  return sentence.empty() ? divides("heads", H, "channels of values", V) : sentence;
}

}  // namespace madsearch
