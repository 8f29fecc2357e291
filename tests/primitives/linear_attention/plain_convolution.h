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

/// u_t + conv(u)_t for the projected tokens u so far; u_t where the pass has no convolution.
inline std::vector<double> residual_convolved(const Pass& pass, const std::vector<std::vector<double>>& past) {
  auto out = past.back();
  if (!pass.parameters.contains("conv.conv1d.weight")) return out;
  const auto added = convolved(pass, "conv.conv1d", past);
  for (std::size_t c = 0; c < out.size(); ++c) out[c] += added[c];
  return out;
}

/// The projections `names` of token t beside each other.
inline std::vector<double> projected(const Pass& pass, const std::vector<std::string>& names,
                                     const std::vector<double>& input) {
  std::vector<double> out;
  for (const auto& name : names) {
    const auto one = pass.linear(name, input);
    out.insert(out.end(), one.begin(), one.end());
  }
  return out;
}

}  // namespace madsearch
