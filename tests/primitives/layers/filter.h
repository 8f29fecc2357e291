#pragma once
#include <cmath>

#include "tests/primitives/plain.h"

namespace madsearch {

/// The implicit filter of Poli et al. 2023, appendix D.3, of one channel at one lag, from the parameters of a pass.
inline double implicit_filter(const Pass& pass, std::int64_t channel, std::int64_t channels, std::int64_t lag,
                              Protocol protocol, std::int64_t max_length) {
  const std::string name = "long_conv.filter.implicit_filter.";
  const double t = static_cast<double>(lag) / static_cast<double>(max_length - 1);
  const double angle = 2 * M_PI * static_cast<double>(lag) / static_cast<double>(max_length);
  std::vector<double> u = {t, std::cos(angle), -std::sin(angle)};
  if (protocol == Protocol::kMadLab) {
    const auto& z = pass["long_conv.filter.pos_emb.z"];
    u = {z(lag, 0), z(lag, 1), z(lag, 2)};
  }
  for (const std::string layer : {"0", "2", "4"}) {
    u = pass.linear(name + layer, u);
    for (std::size_t i = 0; i < u.size(); ++i)
      u[i] = std::sin(pass[name + "1.freq"](static_cast<std::int64_t>(i)) * u[i]);
  }
  const double slow = std::log(0.01) / 1.5;
  const double fast = std::log(0.01) / 0.3;
  const double rate =
      slow + (channels > 1 ? (fast - slow) * static_cast<double>(channel) / static_cast<double>(channels - 1) : 0);
  return pass.linear(name + "6", u)[static_cast<std::size_t>(channel)] * std::exp(-t * std::abs(rate));
}

/// The layer `name`, a CausalConv, at token t of the inputs [T][channels].
inline std::vector<double> short_convolution(const Pass& pass, const std::string& name,
                                             const std::vector<std::vector<double>>& inputs, std::int64_t t) {
  const auto& weight = pass[name + ".weight"];
  const auto taps = weight.sizes[1];
  std::vector<double> out;
  for (std::int64_t c = 0; c < weight.sizes[0]; ++c) {
    double sum = pass.parameters.contains(name + ".bias") ? pass[name + ".bias"](c) : 0;
    for (std::int64_t lag = 0; lag < taps && lag <= t; ++lag)
      sum += weight(c, taps - 1 - lag) * inputs[static_cast<std::size_t>(t - lag)][static_cast<std::size_t>(c)];
    out.push_back(sum);
  }
  return out;
}

/// The layer `name`, a ResidualConv, at token t of the inputs: they themselves if it has no taps.
inline std::vector<double> residual_convolution(const Pass& pass, const std::string& name,
                                                const std::vector<std::vector<double>>& inputs, std::int64_t t) {
  auto out = inputs[static_cast<std::size_t>(t)];
  if (!pass.parameters.contains(name + ".conv1d.weight")) return out;
  const auto added = short_convolution(pass, name + ".conv1d", inputs, t);
  for (std::size_t c = 0; c < out.size(); ++c) out[c] += added[c];
  return out;
}

/// conv_k(x W + b) with the projection repeated `groups` times: [T][channels]. Without conv_k where there is none.
inline std::vector<std::vector<double>> short_projection(const Pass& pass, std::int64_t groups) {
  std::vector<std::vector<double>> projected, out;
  for (std::int64_t t = 0; t < pass.length; ++t) {
    const auto one = pass.linear("in_proj", pass.token(t));
    auto& repeated = projected.emplace_back();
    for (std::int64_t g = 0; g < groups; ++g) repeated.insert(repeated.end(), one.begin(), one.end());
    const bool convolved = pass.parameters.contains("short_filter.weight");
    out.push_back(convolved ? short_convolution(pass, "short_filter", projected, t) : repeated);
  }
  return out;
}

/// What follows the convolution in the layers of S4 and its kin: a linear map of gelu(y) to pairs p, q, of which p σ(q)
/// is the output.
inline std::vector<double> gated_output(const Pass& pass, std::vector<double> y) {
  for (auto& value : y) value = 0.5 * value * (1 + std::erf(value / std::sqrt(2.0)));
  const auto pairs = pass.linear("output_linear", y);
  std::vector<double> out;
  for (std::size_t d = 0; d < y.size(); ++d) out.push_back(pairs[d] * sigmoid(pairs[y.size() + d]));
  return out;
}

}  // namespace madsearch
