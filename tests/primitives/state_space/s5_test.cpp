#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>

#include "primitives/table.h"
#include "tests/primitives/layers/filter.h"

namespace madsearch {
namespace {

using Vector = std::vector<double>;
using Complex = std::complex<double>;

/// Smith et al. 2022, section 3: h_t = λ h_{t-1} + B̄ x_t (behind a short convolution of its real and of its imaginary
/// parts, if there is one), y_t = 2 Re C h_t + D x_t, g = gelu(y), g σ(W g + b).
std::vector<Vector> recurrence(const Pass& pass) {
  const auto D = pass.width, pairs = pass["Lambda_re"].sizes[0];
  std::vector<Complex> h(static_cast<std::size_t>(pairs));
  std::vector<Vector> inputs, out;
  for (std::int64_t t = 0; t < pass.length; ++t) {
    const auto x = pass.token(t);
    auto& input = inputs.emplace_back(2 * static_cast<std::size_t>(pairs));
    std::vector<Complex> decays;
    for (std::int64_t p = 0; p < pairs; ++p) {
      const Complex Lambda(std::min(pass["Lambda_re"](p), -1e-4), pass["Lambda_im"](p));
      const Complex lambda = std::exp(std::exp(pass["log_step"](p)) * Lambda);
      Complex u = 0;
      for (std::int64_t d = 0; d < D; ++d) u += Complex(pass["B"](0, p, d), pass["B"](1, p, d)) * x[d];
      u *= (lambda - 1.0) / Lambda;
      input[p] = u.real();
      input[pairs + p] = u.imag();
      decays.push_back(lambda);
    }
    const auto u = residual_convolution(pass, "conv", inputs, t);
    for (std::int64_t p = 0; p < pairs; ++p) h[p] = decays[p] * h[p] + Complex(u[p], u[pairs + p]);
    Vector g;
    for (std::int64_t d = 0; d < D; ++d) {
      Complex sum = 0;
      for (std::int64_t p = 0; p < pairs; ++p) sum += Complex(pass["C"](0, d, p), pass["C"](1, d, p)) * h[p];
      const double y = 2 * sum.real() + pass["D"](d) * x[d];
      g.push_back(0.5 * y * (1 + std::tanh(std::sqrt(2 / M_PI) * (y + 0.044715 * y * y * y))));
    }
    const auto gate = pass.linear("out2", g);
    for (std::int64_t d = 0; d < D; ++d) g[d] *= sigmoid(gate[d]);
    out.push_back(g);
  }
  return out;
}

TEST(S5, AgreesWithTheRecurrenceOfThePaper) {
  for (const std::int64_t blocks : {1, 3})
    for (const KnobValue& conv : {KnobValue("none"), KnobValue(3)})
      expect_agreement(passes("s5", {{"state", 12}, {"blocks", blocks}, {"conv", conv}}, {5, 11}), recurrence);
}

/// A normal matrix's eigenvalues are those of its parts: -½ + i times those of a real skew matrix, here of 4 by its
/// characteristic polynomial μ⁴ + a μ² + b with a = Σ_{i<j} s_ij² and b = Pf².
TEST(S5, StartsFromTheEigenvaluesOfHippo) {
  const auto block = passes("s5", {{"state", 8}, {"blocks", 2}, {"conv", "none"}}, {3, 1}, 1, 1).front();
  const auto s = [](int i, int j) { return -0.5 * std::sqrt((2.0 * i + 1) * (2.0 * j + 1)); };
  double a = 0;
  for (int i = 0; i < 4; ++i)
    for (int j = i + 1; j < 4; ++j) a += s(i, j) * s(i, j);
  const double pfaffian = s(0, 1) * s(2, 3) - s(0, 2) * s(1, 3) + s(0, 3) * s(1, 2);
  const double root = std::sqrt(a * a - 4 * pfaffian * pfaffian);
  for (std::int64_t p = 0; p < 4; ++p) {  // two blocks of two pairs, ascending; moved by up to 0.1
    EXPECT_NEAR(block["Lambda_re"](p), -0.5, 0.1);
    EXPECT_NEAR(block["Lambda_im"](p), -std::sqrt((a + (p % 2 ? -root : root)) / 2), 0.1);
  }
}

/// V holds one of each pair of conjugate eigenvectors, so that V* keeps half the length of a real column of B₀, which
/// is about 1.
TEST(S5, StartsWithHalfTheLengthOfRealInputs) {
  const auto block = passes("s5", {{"state", 64}, {"blocks", 1}, {"conv", "none"}}, {64, 1}, 1, 1).front();
  double squares = 0;
  for (const auto number : block["B"].numbers) squares += number * number;
  EXPECT_NEAR(squares / 64, 0.5 + 64 * 0.1 * 0.1 / 3,
              0.1);  // and each of the column's 64 numbers was moved by up to 0.1
}

TEST(S5, SaysWhatDoesNotSplit) {
  EXPECT_EQ(find_primitive("s5")->valid({{"state", 20}, {"blocks", 4}}, {32, 16}),
            "state=20 does not split into blocks=4 of an even size");
  EXPECT_EQ(find_primitive("s5")->valid({{"state", 16}, {"blocks", 8}}, {32, 16}), "");
}

}  // namespace
}  // namespace madsearch
