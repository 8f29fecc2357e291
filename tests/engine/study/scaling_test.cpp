#include "engine/study/scaling.h"

#include <gtest/gtest.h>

#include <cmath>

namespace madsearch {
namespace {

/// Trainings whose loss is known: L = 1 + A/N^0.4 + B/D^0.3 bits, D = C/(6N), so that the best N grows with
/// C^(0.3/0.7); state grows with N^0.5.
constexpr double kExponent = 0.3 / 0.7;

double loss(double parameters, double tokens) { return 1 + 8 / std::pow(parameters, 0.4) + 20 / std::pow(tokens, 0.3); }

/// Where the derivative of the loss by N is 0 at fixed 6 N D.
double best_size(double flops) { return std::pow(8 * 0.4 / (20 * 0.3) * std::pow(flops / 6, 0.3), 1 / 0.7); }

std::vector<ScalingPoint> trainings(const std::vector<double>& budgets, double noise, Rng& rng, int sizes = 5) {
  std::vector<ScalingPoint> out;
  for (const double flops : budgets)
    for (int i = 0; i < sizes; ++i) {
      const double shift = 2.0 * i / (sizes - 1) - 1;  // an e-fold to both sides
      const double parameters = best_size(flops) * std::exp(shift);
      const double tokens = flops / 6 / parameters;
      out.push_back(
          {flops, parameters, tokens, 100 * std::sqrt(parameters), loss(parameters, tokens) + noise * normal(rng)});
    }
  return out;
}

const std::vector<double> kBudgets = {1e15, 1e16, 1e17};

bool holds(const Estimate& estimate, double truth) {
  return estimate.bounds && estimate.bounds->low <= truth && truth <= estimate.bounds->high;
}

TEST(Scaling, FindsKnownOptimaAndExponents) {
  Rng rng(Seed{1});
  const auto found = scaling(trainings(kBudgets, 1e-5, rng), Seed{2});
  ASSERT_EQ(found.budgets.size(), 3u);
  for (const auto& budget : found.budgets) {
    EXPECT_EQ(budget.why, "");
    EXPECT_NEAR(budget.parameters.value / best_size(budget.flops), 1, 0.03);
    EXPECT_NEAR(budget.parameters.value * budget.tokens.value * 6 / budget.flops, 1, 1e-6);
    EXPECT_NEAR(budget.bits.value, loss(budget.parameters.value, budget.tokens.value), 1e-3);
  }
  EXPECT_NEAR(found.parameters.value().exponent.value, kExponent, 0.005);
  EXPECT_NEAR(found.tokens.value().exponent.value, 1 - kExponent, 0.005);
  EXPECT_LT(found.bits.value().exponent.value, 0);
  EXPECT_EQ(found.parameters->points, 3u);
}

/// How often the intervals hold what trainings without noise would come to, over 100 draws of noise.
TEST(Scaling, IntervalsHoldTheTruthAsOftenAsTheySay) {
  Rng rng(Seed{3});
  const auto truth = scaling(trainings(kBudgets, 0, rng), Seed{}).budgets[1].parameters.value;
  int sizes = 0;
  int exponents = 0;
  int tokens = 0;
  double width = 0;
  for (std::uint64_t i = 0; i < 100; ++i) {
    const auto found = scaling(trainings(kBudgets, 2e-4, rng), Seed{i});
    sizes += holds(found.budgets[1].parameters, truth) ? 1 : 0;
    exponents += holds(found.parameters.value().exponent, kExponent) ? 1 : 0;
    tokens += holds(found.tokens.value().exponent, 1 - kExponent) ? 1 : 0;
    const auto bounds = found.parameters->exponent.bounds.value();
    width += (bounds.high - bounds.low) / 100;
  }
  EXPECT_GE(sizes, 88);
  EXPECT_GE(exponents, 88);
  EXPECT_GE(tokens, 88);
  EXPECT_LT(width, 1) << "an interval that says nothing always holds the truth";
}

TEST(Scaling, StatesWhereThereIsNoOptimum) {
  const auto why = [](const std::vector<ScalingPoint>& points) { return scaling(points, Seed{}).budgets.at(0).why; };
  EXPECT_EQ(why({{1e9, 10, 1, 1, 2}, {1e9, 20, 1, 1, 1}}), "fewer than three sizes");
  EXPECT_EQ(why({{1e9, 10, 1, 1, 2}, {1e9, 20, 1, 1, 2.5}, {1e9, 40, 1, 1, 2}}), "the loss does not bend upwards");
  EXPECT_EQ(why({{1e9, 10, 1, 1, 2}, {1e9, 20, 1, 1, 1}, {1e9, 40, 1, 1, 0.5}}),
            "the loss is least above the largest size");
  EXPECT_EQ(why({{1e9, 10, 1, 1, 0.5}, {1e9, 20, 1, 1, 1}, {1e9, 40, 1, 1, 2}}),
            "the loss is least below the smallest size");
}

TEST(Scaling, TellsNoIntervalsWithoutTrainingsToSpare) {
  Rng rng(Seed{5});
  const auto found = scaling(trainings(kBudgets, 1e-4, rng, 3), Seed{});
  EXPECT_EQ(found.deviation, std::nullopt);
  EXPECT_FALSE(found.budgets[0].parameters.bounds);
  EXPECT_FALSE(found.parameters.value().exponent.bounds);
}

TEST(Scaling, ASingleBudgetHasNoPowerLaw) {
  Rng rng(Seed{6});
  const auto found = scaling(trainings({1e15}, 1e-4, rng), Seed{});
  EXPECT_EQ(found.budgets[0].why, "");
  EXPECT_TRUE(found.budgets[0].parameters.bounds);
  EXPECT_FALSE(found.parameters);
}

/// Models of several sizes at one budget whose perplexity is state^-0.28.
TEST(Scaling, FindsTheStateOptimalExponent) {
  Rng rng(Seed{7});
  std::vector<ScalingPoint> points;
  for (const double flops : {1e15, 1e16})
    for (const double parameters : {1e5, 2e5, 4e5, 8e5, 1.6e6}) {
      const double state = std::pow(parameters, 0.7);
      const double behind = flops < 1e16 ? 0.5 : 0;  // all of the smaller budget are beaten
      const double bits = -0.28 * std::log2(state) + 6 + behind + 1e-3 * normal(rng);
      points.push_back({flops, parameters, flops / 6 / parameters, state, bits});
    }
  const auto found = scaling(points, Seed{8});
  ASSERT_EQ(found.best_of_state.size(), 5u);
  for (const auto& one : found.best_of_state) EXPECT_EQ(one.flops, 1e16);
  EXPECT_NEAR(found.perplexity.value().exponent.value, -0.28, 0.01);
  EXPECT_TRUE(holds(found.perplexity->exponent, -0.28));
}

TEST(Scaling, AveragesSeedsOfAModel) {
  const auto found = scaling({{1e9, 10, 1, 5, 2}, {1e9, 10, 1, 5, 3}, {1e9, 20, 1, 9, 1}}, Seed{});
  ASSERT_EQ(found.best_of_state.size(), 2u);
  EXPECT_EQ(found.best_of_state[0].bits, 2.5);
}

}  // namespace
}  // namespace madsearch
