#pragma once
#include "tests/primitives/plain.h"

namespace madsearch {

/// Row `gate`, channel `c` of R h for a block-diagonal R [H, G, d, d].
inline double recurrent_share(const Plain& weight, std::int64_t gate, std::int64_t c, const std::vector<double>& h) {
  const auto G = weight.sizes[1], d = weight.sizes[2], head = c / d, j = c % d;
  double sum = 0;
  for (std::int64_t k = 0; k < d; ++k)
    sum += weight(((head * G + gate) * d + j) * d + k) * h.at(static_cast<std::size_t>(head * d + k));
  return sum;
}

}  // namespace madsearch
