#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// The knob `inner` of channel mixers: a ratio to the width, or `auto`, which search/architecture/sizes.h solves.
inline Knob inner_knob() {
  return {.name = "inner",
          .values = {"auto"},
          .meaning = "inner size as a ratio to the width; auto = solved for equal parameters",
          .least = 1.0 / 64,
          .most = 64,
          .ratio = true};
}

/// "" if `inner` is a number that gives at least one channel.
inline std::string check_inner(const Settings& set, Shape s) {
  if (set.at("inner").is_word()) return "inner=auto has not been solved yet";
  if (set.at("inner").of(s.width) < 1)
    return "inner=" + set.at("inner").text() + " leaves no channel at width " + std::to_string(s.width);
  return "";
}

}  // namespace madsearch
