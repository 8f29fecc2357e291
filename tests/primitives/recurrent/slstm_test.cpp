#include <gtest/gtest.h>

#include <cmath>

#include "primitives/table.h"
#include "tests/primitives/ops/plain_cells.h"

namespace madsearch {
namespace {

using Vector = std::vector<double>;

/// Beck et al. 2024, section 2.2 without the stabiliser: c, n and the gates as they are, one channel at a time.
std::vector<Vector> recurrence(const Pass& pass, std::int64_t heads, bool sigmoid_forget, std::int64_t taps) {
  const auto D = pass.width, d = D / heads;
  Vector h(static_cast<std::size_t>(D), 0), c = h, n = h;
  std::vector<Vector> out;
  for (std::int64_t t = 0; t < pass.length; ++t) {
    const auto x = pass.token(t);
    const auto last = h;
    Vector u = x;
    for (std::int64_t j = 0; taps && j < D; ++j) {
      double sum = pass["conv1d.bias"](j);
      for (std::int64_t lag = 0; lag < taps && lag <= t; ++lag)
        sum += pass["conv1d.weight"](j, taps - 1 - lag) * pass.x(t - lag, j);
      u[j] = silu(sum);
    }
    for (std::int64_t j = 0; j < D; ++j) {
      const auto gate = [&](std::int64_t g) {
        const auto input = g < 2 ? recurrent_share(pass["conv_gates.weight"], g, j, u)
                                 : recurrent_share(pass["gates.weight"], g - 2, j, x);
        return input + recurrent_share(pass["recurrent.weight"], g, j, last) + pass["recurrent.bias"](g * D + j);
      };
      const double i = std::exp(gate(0));
      const double f = sigmoid_forget ? sigmoid(gate(1)) : std::exp(gate(1));
      c[j] = f * c[j] + i * std::tanh(gate(2));
      n[j] = f * n[j] + i;
      h[j] = sigmoid(gate(3)) * c[j] / n[j];
    }
    Vector y;
    for (std::int64_t j = 0; j < D; ++j) {
      double mean = 0;
      double variance = 0;
      for (std::int64_t k = j / d * d; k < (j / d + 1) * d; ++k) mean += h[k] / static_cast<double>(d);
      for (std::int64_t k = j / d * d; k < (j / d + 1) * d; ++k)
        variance += (h[k] - mean) * (h[k] - mean) / static_cast<double>(d);
      y.push_back((h[j] - mean) / std::sqrt(variance + 1e-5) * pass["norm.weight"](j));
    }
    out.push_back(y);
  }
  return out;
}

TEST(SLSTM, AgreesWithTheEquationsOfThePaper) {
  for (const std::int64_t heads : {1, 3})
    for (const bool sigmoid_forget : {true, false})
      for (const std::int64_t taps : {0, 3})
        expect_agreement(passes("slstm",
                                {{"heads", heads},
                                 {"forget", sigmoid_forget ? "sigmoid" : "exp"},
                                 {"conv", taps ? KnobValue(taps) : "none"}},
                                {12, 10}),
                         [&](const Pass& pass) { return recurrence(pass, heads, sigmoid_forget, taps); });
}

TEST(SLSTM, RefusesHeadsOfOneChannel) {
  auto set = find_primitive("slstm")->defaults();
  set.set("heads", 32);
  EXPECT_EQ(find_primitive("slstm")->valid(set, {32, 16}),
            "heads=32 leaves heads of one channel, which their norm would erase");
}

}  // namespace
}  // namespace madsearch
