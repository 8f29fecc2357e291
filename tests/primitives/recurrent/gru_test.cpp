#include <gtest/gtest.h>

#include <cmath>

#include "primitives/table.h"
#include "tests/primitives/linear_attention/plain_convolution.h"
#include "tests/primitives/ops/plain_cells.h"

namespace madsearch {
namespace {

using Vector = std::vector<double>;

/// Cho et al. 2014, section 2.3, with PyTorch's place of the reset, one channel at a time.
std::vector<Vector> recurrence(const Pass& pass) {
  const auto D = pass.width;
  Vector h(static_cast<std::size_t>(D), 0);
  std::vector<Vector> rows, out;
  for (std::int64_t t = 0; t < pass.length; ++t) {
    rows.push_back(pass.linear("input", pass.token(t)));
    const auto x = residual_convolved(pass, rows);
    const auto last = h;
    for (std::int64_t j = 0; j < D; ++j) {
      const auto seen = [&](std::int64_t g) {
        return recurrent_share(pass["recurrent.weight"], g, j, last) + pass["recurrent.bias"](g * D + j);
      };
      const double r = sigmoid(x[j] + seen(0));
      const double z = sigmoid(x[D + j] + seen(1));
      const double n = std::tanh(x[2 * D + j] + r * seen(2));
      h[j] = (1 - z) * n + z * last[j];
    }
    out.push_back(h);
  }
  return out;
}

TEST(GRU, AgreesWithTheEquationsOfThePaper) {
  for (const std::int64_t heads : {1, 3})
    for (const auto& conv : {KnobValue("none"), KnobValue(3)})
      expect_agreement(passes("gru", {{"heads", heads}, {"conv", conv}}, {12, 10}), recurrence);
}

}  // namespace
}  // namespace madsearch
