#include "results/statistics.h"

#include <gtest/gtest.h>

#include <cmath>

namespace madsearch {
namespace {

TEST(Statistics, RanksTiesByTheirMean) { EXPECT_EQ(ranks({3, 1, 3, 2}), (std::vector<double>{3.5, 1, 3.5, 2})); }

TEST(Statistics, CorrelatesAsByHand) {
  EXPECT_NEAR(*correlation({1, 2, 3}, {1, 2, 4}), 3 / std::sqrt(2.0 * 14 / 3), 1e-12);
  EXPECT_NEAR(*rank_correlation({1, 2, 3}, {1, 20, 400}), 1, 1e-12);
  EXPECT_NEAR(*rank_correlation({1, 2, 3, 4}, {4, 3, 2, 1}), -1, 1e-12);
  EXPECT_FALSE(correlation({1, 1, 1}, {1, 2, 3}));
  EXPECT_FALSE(correlation({1}, {2}));
}

TEST(Statistics, TakesQuantilesByNearestRank) {
  EXPECT_EQ(quantile({5, 1, 4, 2, 3}, 0.5), 3);
  EXPECT_EQ(quantile({5, 1, 4, 2, 3}, 1), 5);
  EXPECT_EQ(quantile({5, 1, 4, 2, 3}, 0), 1);
}

TEST(Statistics, CountsColumnsThatAskTheSameOnce) {
  const std::vector<double> a = {1, 2, 3, 4}, b = {1, -1, -1, 1};
  EXPECT_NEAR(*effective_columns({a, a}), 1, 1e-12);
  EXPECT_NEAR(*effective_columns({a, b}), 2, 1e-12);
  EXPECT_NEAR(*effective_columns({a, b, {7, 7, 7, 7}}), 2, 1e-12) << "a column that never varies asks nothing";
  EXPECT_FALSE(effective_columns({{1, 2}, {2, 1}}));
}

TEST(Statistics, BootstrapsTheMeanAsItsNormalIntervalSays) {
  Rng rng(Seed{5});
  std::vector<double> values(200);
  for (auto& value : values) value = normal(rng);
  const auto statistic = [&](const std::vector<std::size_t>& drawn) -> std::optional<double> {
    double sum = 0;
    for (const auto i : drawn) sum += values[i];
    return sum / static_cast<double>(drawn.size());
  };
  const auto bounds = bootstrap(values.size(), statistic, Seed{1});
  double squares = 0;
  for (const auto value : values) squares += (value - mean(values)) * (value - mean(values));
  const auto error = std::sqrt(squares) / 200;
  EXPECT_NEAR(bounds->low, mean(values) - 1.96 * error, 0.2 * error);
  EXPECT_NEAR(bounds->high, mean(values) + 1.96 * error, 0.2 * error);
  EXPECT_FALSE(bootstrap(
      3, [](const auto&) { return std::optional<double>(); }, Seed{1}));
}

}  // namespace
}  // namespace madsearch
