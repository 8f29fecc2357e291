#pragma once
#include <string>
#include <vector>

#include "tests/primitives/plain.h"

namespace madsearch {

/// Σ_lag w[c, taps - 1 - lag] u_{t - lag}[c] over the tokens so far, `past` ending with the current one; the current
/// token itself where the pass has no convolution of that name.
inline std::vector<double> convolved(const Pass& pass, const std::string& name,
                                     const std::vector<std::vector<double>>& past) {
  const auto found = pass.parameters.find(name + ".weight");
  if (found == pass.parameters.end()) return past.back();
  const auto& w = found->second;
  const auto taps = w.sizes[1], now = static_cast<std::int64_t>(past.size()) - 1;
  std::vector<double> out(past.back().size(), 0);
  for (std::int64_t lag = 0; lag < taps && lag <= now; ++lag)
    for (std::size_t c = 0; c < out.size(); ++c)
      out[c] += w(static_cast<std::int64_t>(c), taps - 1 - lag) * past[now - lag][c];
  return out;
}

}  // namespace madsearch
