#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "primitives/mixer.h"
#include "primitives/table.h"
#include "tests/primitives/blocks.h"
#include "tests/primitives/linear_attention/plain_convolution.h"
#include "tests/primitives/ops/plain_cells.h"

namespace madsearch {
namespace {

using Vector = std::vector<double>;

/// Hochreiter and Schmidhuber 1997 with the forget gate of Gers et al. 2000, one channel at a time.
std::vector<Vector> recurrence(const Pass& pass) {
  const auto D = pass.width;
  Vector h(static_cast<std::size_t>(D), 0), c = h;
  std::vector<Vector> rows, out;
  for (std::int64_t t = 0; t < pass.length; ++t) {
    rows.push_back(pass.linear("input", pass.token(t)));
    const auto x = residual_convolved(pass, rows);
    const auto last = h;
    for (std::int64_t j = 0; j < D; ++j) {
      const auto gate = [&](std::int64_t g) {
        return x[g * D + j] + recurrent_share(pass["recurrent.weight"], g, j, last) + pass["recurrent.bias"](g * D + j);
      };
      c[j] = sigmoid(gate(1)) * c[j] + sigmoid(gate(0)) * std::tanh(gate(2));
      h[j] = sigmoid(gate(3)) * std::tanh(c[j]);
    }
    out.push_back(h);
  }
  return out;
}

TEST(LSTM, AgreesWithTheEquationsOfThePaper) {
  for (const std::int64_t heads : {1, 3})
    for (const std::int64_t forget_bias : {0, 1})
      for (const auto& conv : {KnobValue("none"), KnobValue(3)})
        expect_agreement(passes("lstm", {{"heads", heads}, {"forget_bias", forget_bias}, {"conv", conv}}, {12, 10}),
                         recurrence);
}

TEST(LSTM, StartsWithItsForgetBiasOnTop) {
  const auto bias = [](std::int64_t forget) {
    return build_mixer("lstm", with_defaults("lstm", {{"forget_bias", forget}}), build_for({32, 16}, 1))
        ->parameters()
        .at(3);
  };
  const auto plain = bias(0);
  const auto raised = bias(1);
  ASSERT_EQ(plain.name, "input.bias");
  const auto difference = (raised.value - plain.value)[0];
  EXPECT_NEAR(difference.slice(0, 32, 64).sum().item<double>(), 32, 1e-12);
  EXPECT_NEAR(difference.sum().item<double>(), 32, 1e-12);
}

}  // namespace
}  // namespace madsearch
