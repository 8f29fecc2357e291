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

}  // namespace madsearch
