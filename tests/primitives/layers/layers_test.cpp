#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "primitives/layers/causal_conv.h"
#include "primitives/layers/initial_values.h"
#include "primitives/layers/linear.h"
#include "primitives/layers/long_convolution.h"
#include "primitives/layers/norms.h"
#include "tests/primitives/blocks.h"

namespace madsearch {
namespace {

Build two(std::int64_t width = 6) { return build_for({width, 8}, 2); }
at::Tensor input(std::int64_t channels = 6) { return random_tensor({2, 3, 5, channels}, 1); }

TEST(Linear, MultipliesEachReplicaByItsOwnWeight) {
  Linear layer(two(), 6, 4, {.bias = true});
  move_parameters(layer);
  const auto x = input();
  const auto y = layer(x);
  for (std::int64_t r = 0; r < 2; ++r)
    EXPECT_LT(relative_difference(y[r], at::matmul(x[r], layer.weight[r].t()) + layer.bias[r]), 1e-14);
  EXPECT_LT(relative_difference(layer(x.select(2, 0)), y.select(2, 0)), 1e-14);
}

TEST(Linear, StartsWithinItsBoundAndWithoutBias) {
  const Linear plain(two(16), 16, 200, {.bias = true}), told(two(16), 16, 200, {.bound = 0.5});
  EXPECT_NEAR(plain.weight.abs().max().item<double>(), 0.25, 1e-3);
  EXPECT_NEAR(plain.weight.mean().item<double>(), 0, 5e-3);
  EXPECT_EQ(plain.bias.abs().max().item<double>(), 0);
  EXPECT_NEAR(told.weight.abs().max().item<double>(), 0.5, 1e-3);
  EXPECT_FALSE(told.bias.defined());
}

TEST(RMSNorm, DividesByTheRootOfTheMeanSquare) {
  for (const std::int64_t R : {1, 2}) {
    RMSNorm norm(build_for({6, 8}, R), 6, 1e-2);
    move_parameters(norm);
    const auto x = input().slice(0, 0, R);
    const auto w = norm.weight.unsqueeze(1).unsqueeze(1);
    EXPECT_LT(relative_difference(norm(x), x / ((x * x).sum(-1, true) / 6 + 1e-2).sqrt() * w), 1e-14);
  }
}

TEST(LayerNorm, TakesTheMeanAwayAndDividesByTheDeviation) {
  LayerNorm norm(two(), 6, 1e-2);
  move_parameters(norm);
  const auto x = input();
  const auto centred = x - x.sum(-1, true) / 6;
  const auto y = centred / ((centred * centred).sum(-1, true) / 6 + 1e-2).sqrt();
  EXPECT_LT(
      relative_difference(norm(x), y * norm.weight.unsqueeze(1).unsqueeze(1) + norm.bias.unsqueeze(1).unsqueeze(1)),
      1e-14);
}

TEST(CausalConv, WeighsTheLastTokensOfEachChannel) {
  for (const std::int64_t taps : {1, 3, 7})  // 7 is longer than the sequence
    for (const bool with_bias : {true, false}) {
      const CausalConv conv(two(), 6, taps, with_bias);
      const auto x = input();
      const auto y = conv(x);
      at::Tensor cache;
      for (std::int64_t t = 0; t < 5; ++t) {
        auto sum = with_bias ? conv.bias.unsqueeze(1).expand({2, 3, 6}).clone() : at::zeros({2, 3, 6}, at::kDouble);
        for (std::int64_t lag = 0; lag < taps && lag <= t; ++lag)
          sum = sum + conv.weight.select(2, taps - 1 - lag).unsqueeze(1) * x.select(2, t - lag);
        EXPECT_LT(relative_difference(y.select(2, t), sum), 1e-14);
        EXPECT_LT(relative_difference(conv.step(x.select(2, t), cache), sum), 1e-14);
        EXPECT_EQ(cache.sizes(), at::IntArrayRef({2, 3, taps - 1, 6}));
      }
    }
}

TEST(LongConvolution, IsTheSumOverThePastForShortAndLongSequences) {
  for (const std::int64_t T : {1, 5, 128, 129, 201}) {  // up to 128 a Toeplitz product, then FFT
    const auto u = random_tensor({2, 2, 3, T}, 1);
    const auto h = random_tensor({2, 3, T}, 2);
    const auto y = long_convolution(u, h);
    ASSERT_EQ(y.sizes(), u.sizes());
    auto sum = at::zeros_like(u);
    for (std::int64_t lag = 0; lag < T; ++lag)
      sum.slice(3, lag).add_(h.select(2, lag).unsqueeze(1).unsqueeze(-1) * u.slice(3, 0, T - lag));
    EXPECT_LT(relative_difference(y, sum), 1e-13) << T;
    EXPECT_LT(relative_difference(long_convolution(u.to(at::kFloat), h.to(at::kFloat)).to(at::kDouble), sum), 2e-6)
        << T;
  }
}

TEST(LongConvolution, TakesOneTokenAfterAnother) {
  const auto u = random_tensor({2, 2, 3, 9}, 1);
  const auto h = random_tensor({2, 3, 9}, 2);
  const auto y = long_convolution(u, h);
  at::Tensor past;
  for (std::int64_t t = 0; t < 9; ++t) {
    EXPECT_LT(relative_difference(long_convolution_step(u.select(3, t), h.slice(2, 0, t + 1), past), y.select(3, t)),
              1e-13);
    EXPECT_EQ(past.sizes(), at::IntArrayRef({2, 2, t + 1, 3}));
  }
}

TEST(LongConvolution, HasTheSameGradientsBothWays) {
  const auto of = [](std::int64_t T) {  // the first 100 of T tokens
    const auto u = at::constant_pad_nd(random_tensor({1, 2, 3, 100}, 1), {0, T - 100}).set_requires_grad(true);
    const auto h = at::constant_pad_nd(random_tensor({1, 3, 100}, 2), {0, T - 100}).set_requires_grad(true);
    (long_convolution(u, h).slice(3, 0, 100) * random_tensor({1, 2, 3, 100}, 3)).sum().backward();
    return std::pair(u.grad().slice(3, 0, 100), h.grad().slice(2, 0, 100));
  };
  EXPECT_LT(relative_difference(of(150).first, of(100).first), 1e-13);
  EXPECT_LT(relative_difference(of(150).second, of(100).second), 1e-13);
}

TEST(InitialValues, DrawsTheSameForAnyDtypeAndCompany) {
  const auto wide = normal_init(build_for({4, 8}, 3), "w", {50, 40}, 2.0);
  EXPECT_TRUE(at::equal(normal_init(build_for({4, 8}, 1, at::kDouble, 2), "w", {50, 40}, 2.0)[0], wide[1]));
  EXPECT_TRUE(at::equal(normal_init(build_for({4, 8}, 3, at::kFloat), "w", {50, 40}, 2.0), wide.to(at::kFloat)));
  EXPECT_FALSE(at::equal(wide[0], wide[1]));
  EXPECT_NEAR(wide.std().item<double>(), 2, 0.05);
}

TEST(Module, NamesItsParametersWithDotsAndInOrder) {
  const auto set = with_defaults("gla", {{"heads", 2}, {"gate_rank", 2}});
  const auto block = build_mixer("gla", set, build_for({4, 8}, 1).inside("stage3"));
  std::vector<std::string> names;
  for (const auto& parameter : block->parameters()) names.push_back(parameter.name);
  EXPECT_EQ(names, (std::vector<std::string>{"q_proj.weight", "k_proj.weight", "v_proj.weight", "g_proj.weight",
                                             "gk_proj.0.weight", "gk_proj.1.weight", "gk_proj.1.bias", "o_proj.weight",
                                             "g_norm.weight"}));
}

}  // namespace
}  // namespace madsearch
