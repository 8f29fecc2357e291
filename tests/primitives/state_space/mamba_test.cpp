#include <gtest/gtest.h>

#include <cmath>

#include "primitives/table.h"
#include "tests/primitives/plain.h"

namespace madsearch {
namespace {

using Vector = std::vector<double>;

/// Gu and Dao 2023, algorithm 2 with the block of figure 3, one channel and one state at a time.
std::vector<Vector> recurrence(const Pass& pass, const KnobValue& conv) {
  const auto& A_log = pass["A_log"];
  const auto I = A_log.sizes[0], N = A_log.sizes[1], rank = pass["dt_proj.weight"].sizes[1];
  std::vector<Vector> inputs, out;
  std::vector<Vector> h(static_cast<std::size_t>(I), Vector(static_cast<std::size_t>(N), 0));
  for (std::int64_t t = 0; t < pass.length; ++t) {
    const auto uz = pass.linear("in_proj", pass.token(t));
    inputs.push_back(uz);
    Vector u;
    for (std::int64_t c = 0; c < I; ++c) {
      double sum = conv.is_word() ? uz[c] : pass["conv1d.bias"](c);
      const auto taps = conv.is_word() ? 0 : conv.count();
      for (std::int64_t lag = 0; lag < taps && lag <= t; ++lag)
        sum += pass["conv1d.weight"](c, taps - 1 - lag) * inputs[t - lag][c];
      u.push_back(silu(sum));
    }
    const auto parts = pass.linear("x_proj", u);  // δ, B, C
    const auto steps = pass.linear("dt_proj", {parts.begin(), parts.begin() + rank});
    Vector y;
    for (std::int64_t c = 0; c < I; ++c) {
      const double step = std::log1p(std::exp(steps[c]));
      double sum = pass["D"](c) * u[c];
      for (std::int64_t n = 0; n < N; ++n) {
        h[c][n] = std::exp(-step * std::exp(A_log(c, n))) * h[c][n] + step * parts[rank + n] * u[c];
        sum += parts[rank + N + n] * h[c][n];
      }
      y.push_back(sum * silu(uz[I + c]));
    }
    out.push_back(pass.linear("out_proj", y));
  }
  return out;
}

TEST(Mamba, AgreesWithTheRecurrenceOfThePaper) {
  for (const std::int64_t width : {6, 20})  // at 20 the rank of the steps is 2
    for (const KnobValue& taps : {KnobValue(1), KnobValue(4), KnobValue("none")})
      expect_agreement(passes("mamba", {{"state", 3}, {"expand", KnobValue(3, 2)}, {"conv", taps}}, {width, 9}),
                       [&](const Pass& pass) { return recurrence(pass, taps); });
}

TEST(Mamba, StartsWithStepsBetweenAThousandthAndATenth) {
  const auto block = passes("mamba", find_primitive("mamba")->defaults(), {32, 1}, 1, 1).front();
  for (const auto bias : block["dt_proj.bias"].numbers) {  // moved by up to 0.1
    EXPECT_GT(std::log1p(std::exp(bias)), 0.9e-3);
    EXPECT_LT(std::log1p(std::exp(bias)), 0.111);
  }
}

}  // namespace
}  // namespace madsearch
