#pragma once
#include "primitives/shared_knobs.h"

namespace madsearch {

// What the sheets of minGRU and minLSTM share.

inline std::vector<Knob> min_rnn_knobs() {
  return {{"expand", {2, 1, 4}, "channels of the recurrence as a ratio to the width", 0.25, 8, true},
          {"candidate",
           {"positive", "linear"},
           "the candidate state: g of its projection, which is positive, or the projection itself"},
          conv_knob("none")};
}

/// Of a recurrence with `rows` numbers a channel from the input, of which one token's arithmetic is `arithmetic` a
/// channel.
inline Cost min_rnn_cost(const Settings& set, CountedShape s, std::int64_t rows, std::int64_t arithmetic) {
  const Count D = s.width, T = s.length, I = set.at("expand").of(D), k = taps(set);
  return {.parameters = (rows + 1) * I * D + rows * I + D + (k ? (k + 1) * D : 0),
          .flops = T * (2 * (rows + 1) * I * D + 2 * k * D + arithmetic * I),
          .state = I + (k ? (k - 1) * D : 0),
          .state_mad = I};
}

inline std::string min_rnn_valid(const Settings& set, Shape s) {
  const auto& expand = set.at("expand");
  return expand.of(s.width) < 1 ? "expand=" + expand.text() + " leaves no channel at width " + std::to_string(s.width)
                                : "";
}

}  // namespace madsearch
