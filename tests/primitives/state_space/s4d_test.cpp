#include <gtest/gtest.h>

#include <cmath>
#include <complex>

#include "primitives/table.h"
#include "tests/primitives/plain.h"

namespace madsearch {
namespace {

using Vector = std::vector<double>;
using Complex = std::complex<double>;

/// The oscillations of one channel, as in Gu et al. 2022, section 3: λ = exp(Δ A), and C B̄ by zero-order hold.
struct Mode {
  Complex lambda, w;
};
std::vector<Mode> modes(const Pass& pass, std::int64_t channel) {
  std::vector<Mode> out;
  const auto pairs = pass["A_imag"].sizes[0];
  const double step = std::exp(pass["log_dt"](channel));
  for (std::int64_t n = 0; n < pairs; ++n) {
    const Complex A(-std::exp(pass["log_A_real"](n, channel)), pass["A_imag"](n, channel));
    const Complex C(pass["C"](0, n, channel), pass["C"](1, n, channel));
    out.push_back({std::exp(step * A), C * (std::exp(step * A) - 1.0) / A});
  }
  return out;
}

/// The block around the filter: D x, GELU, a linear layer to twice the channels, GLU.
Vector block(const Pass& pass, const Vector& filtered, const Vector& x) {
  Vector g;
  for (std::int64_t c = 0; c < pass.width; ++c) {
    const double y = filtered[c] + pass["D"](c) * x[c];
    g.push_back(0.5 * y * (1 + std::erf(y / std::sqrt(2))));
  }
  const auto u = pass.linear("output_linear", g);
  Vector out;
  for (std::int64_t c = 0; c < pass.width; ++c) out.push_back(u[c] * sigmoid(u[pass.width + c]));
  return out;
}

std::vector<Vector> recurrence(const Pass& pass) {
  std::vector<std::vector<Complex>> h(static_cast<std::size_t>(pass.width));
  std::vector<Vector> out;
  for (std::int64_t t = 0; t < pass.length; ++t) {
    const auto x = pass.token(t);
    Vector y;
    for (std::int64_t c = 0; c < pass.width; ++c) {
      double sum = 0;
      const auto all = modes(pass, c);
      h[c].resize(all.size());
      for (std::size_t n = 0; n < all.size(); ++n) {
        h[c][n] = all[n].lambda * h[c][n] + x[c];
        sum += 2 * (all[n].w * h[c][n]).real();
      }
      y.push_back(sum);
    }
    out.push_back(block(pass, y, x));
  }
  return out;
}

/// The kernel of the same section, K_t = 2 Re Σ_n C_n B̄_n λ_n^t by powers, and its convolution with the input.
std::vector<Vector> convolution(const Pass& pass) {
  std::vector<Vector> kernel(static_cast<std::size_t>(pass.width)), out;
  for (std::int64_t c = 0; c < pass.width; ++c)
    for (std::int64_t t = 0; t < pass.length; ++t) {
      double sum = 0;
      for (const auto& mode : modes(pass, c))
        sum += 2 * (mode.w * std::pow(mode.lambda, static_cast<double>(t))).real();
      kernel[c].push_back(sum);
    }
  for (std::int64_t t = 0; t < pass.length; ++t) {
    Vector y(static_cast<std::size_t>(pass.width), 0);
    for (std::int64_t c = 0; c < pass.width; ++c)
      for (std::int64_t s = 0; s <= t; ++s) y[c] += kernel[c][t - s] * pass.x(s, c);
    out.push_back(block(pass, y, pass.token(t)));
  }
  return out;
}

TEST(S4D, AgreesWithTheRecurrenceAndTheConvolutionOfThePaper) {
  for (const char* init : {"lin", "inv"})
    for (const std::int64_t state : {2, 6}) {
      const auto all = passes("s4d", {{"state", state}, {"init", init}}, {5, 12});
      expect_agreement(all, recurrence);
      expect_agreement(all, convolution);
    }
}

TEST(S4D, StartsWithTheFrequenciesOfItsInit) {
  for (const char* init : {"lin", "inv"}) {
    const auto block = passes("s4d", {{"state", 8}, {"init", init}}, {4, 1}, 1, 1).front();
    for (std::int64_t n = 0; n < 4; ++n) {
      const double lin = M_PI * static_cast<double>(n), inv = 8 / M_PI * (8 / (2 * static_cast<double>(n) + 1) - 1);
      EXPECT_NEAR(block["A_imag"](n, 3), init == std::string("lin") ? lin : inv, 0.1);  // moved by up to 0.1
      EXPECT_NEAR(std::exp(block["log_A_real"](n, 3)), 0.5, 0.06);
    }
  }
}

TEST(S4D, NeedsAnEvenState) {
  EXPECT_EQ(find_primitive("s4d")->valid({{"state", 7}, {"init", "lin"}}, {32, 16}),
            "state=7 is odd: a state is a complex number");
}

}  // namespace
}  // namespace madsearch
