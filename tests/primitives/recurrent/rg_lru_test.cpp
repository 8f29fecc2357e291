#include "primitives/recurrent/rg_lru.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "primitives/mixer.h"
#include "primitives/table.h"
#include "tests/primitives/blocks.h"
#include "tests/primitives/ops/plain_cells.h"

namespace madsearch {
namespace {

using Vector = std::vector<double>;

double gelu(double u) { return 0.5 * u * (1 + std::tanh(std::sqrt(2 / M_PI) * (u + 0.044715 * u * u * u))); }

/// De et al. 2024, equations 1 to 4 in the block of figure 2c, one channel at a time.
std::vector<Vector> recurrence(const Pass& pass, std::int64_t taps) {
  const auto I = pass["lambda"].sizes[0];
  Vector h(static_cast<std::size_t>(I), 0);
  std::vector<Vector> inputs, out;
  for (std::int64_t t = 0; t < pass.length; ++t) {
    inputs.push_back(pass.linear("linear_x", pass.token(t)));
    const auto branch = pass.linear("linear_y", pass.token(t));
    Vector u = inputs.back();
    Vector y;
    for (std::int64_t c = 0; taps && c < I; ++c) {
      u[c] = pass["conv1d.bias"](c);
      for (std::int64_t lag = 0; lag < taps && lag <= t; ++lag)
        u[c] += pass["conv1d.weight"](c, taps - 1 - lag) * inputs[t - lag][c];
    }
    for (std::int64_t c = 0; c < I; ++c) {
      const double r = sigmoid(recurrent_share(pass["gates.weight"], 0, c, u) + pass["gates.bias"](c));
      const double i = sigmoid(recurrent_share(pass["gates.weight"], 1, c, u) + pass["gates.bias"](I + c));
      const double a = std::pow(sigmoid(pass["lambda"](c)), 8 * r);
      h[c] = a * h[c] + std::sqrt(1 - a * a) * i * u[c];
      y.push_back(h[c] * gelu(branch[c]));
    }
    out.push_back(pass.linear("linear_out", y));
  }
  return out;
}

TEST(RGLRU, AgreesWithTheEquationsOfThePaper) {
  for (const std::int64_t heads : {1, 3})
    for (const std::int64_t taps : {0, 4})
      expect_agreement(
          passes("rg_lru",
                 {{"heads", heads},
                  {"expand", KnobValue(3, 2)},
                  {"conv", taps ? KnobValue(taps) : "none"},
                  {"decay_range", heads == 1 ? "power" : "base"}},
                 {8, 10}),
          [&](const Pass& pass) { return recurrence(pass, taps); }, 1e-9);
}

TEST(RGLRU, StartsWithRatesBetweenNineTenthsAndOneLessAThousandth) {
  for (const std::string range : {"power", "base"}) {
    auto set = find_primitive("rg_lru")->defaults();
    set.set("decay_range", range);
    const auto block = build_mixer("rg_lru", set, build_for({64, 1}, 2));
    const auto lambda = block->parameters().at(0);
    ASSERT_EQ(lambda.name, "lambda");
    const auto rate = at::sigmoid(lambda.value).pow(range == "power" ? 8 : 1);
    EXPECT_GT(rate.min().item<double>(), 0.9) << range;
    EXPECT_LT(rate.max().item<double>(), 0.999) << range;
    EXPECT_GT(rate.max().item<double>() - rate.min().item<double>(), 0.08) << range;
  }
}

/// A gate that closes altogether makes a = 1 and a root without a slope.
TEST(RGLRU, KeepsItsGradientsWhereNothingFades) {
  const auto block = build_mixer("rg_lru", find_primitive("rg_lru")->defaults(), build_for({32, 512}, 1, at::kFloat));
  for (const auto& [name, value] : block->parameters())
    if (name == "gates.bias") value.detach().fill_(-120);
  const auto x = random_input(1, 2, {32, 512}, at::kFloat);
  const auto found = gradients(
      *block, [&](const at::Tensor& u) { return block->forward(u); }, x, random_tensor(x.sizes(), 9, at::kFloat));
  EXPECT_TRUE(at::isfinite(found.input).all().item<bool>());
  for (const auto& [name, gradient] : found.parameters) EXPECT_TRUE(at::isfinite(gradient).all().item<bool>()) << name;
}

TEST(RGLRU, TakesTheNearestMultipleOfItsHeads) {
  const auto channels = [](std::int64_t heads, const KnobValue& expand, std::int64_t width) {
    return rg_lru_channels({{"heads", heads}, {"expand", expand}}, width);
  };
  EXPECT_EQ(channels(4, KnobValue(4, 3), 48), 64);
  EXPECT_EQ(channels(4, KnobValue(4, 3), 32), 44);  // of 42.7
  EXPECT_EQ(channels(1, KnobValue(4, 3), 32), 43);
  EXPECT_EQ(channels(4, 1, 32), 32);
  const auto set = with_defaults("rg_lru", {{"heads", 128}, {"expand", KnobValue(1, 4)}});
  EXPECT_EQ(find_primitive("rg_lru")->valid(set, {32, 16}), "expand=1/4 leaves no channel a head at width 32");
}

}  // namespace
}  // namespace madsearch
