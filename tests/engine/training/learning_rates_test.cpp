#include "engine/training/learning_rates.h"

#include <gtest/gtest.h>

namespace madsearch {
namespace {

TEST(LearningRates, GoBeyondEitherEdgeAsFarAsTheNeighbourIs) {
  const std::vector<GridPoint> grid = {{1e-2, 0.1}, {1e-3, 0}, {1e-3, 0.1}, {1e-2, 0}};
  const auto above = beyond_the_edge(grid, {1e-2, 0.1}), below = beyond_the_edge(grid, {1e-3, 0});
  ASSERT_TRUE(above && below);
  EXPECT_NEAR(above->learning_rate, 1e-1, 1e-12);
  EXPECT_EQ(above->weight_decay, 0.1);
  EXPECT_NEAR(below->learning_rate, 1e-4, 1e-15);
}

TEST(LearningRates, StayWhereTheBestIsWithinOrAlone) {
  EXPECT_FALSE(beyond_the_edge({{1e-3, 0}, {3e-3, 0}, {9e-3, 0}}, {3e-3, 0}));
  EXPECT_FALSE(beyond_the_edge({{1e-3, 0}, {1e-3, 0.1}}, {1e-3, 0})) << "one rate has no neighbour";
}

TEST(LearningRates, OfATuningGoBeyondBothEdgesTwice) {
  EXPECT_EQ(tunable_rates({0.5}), std::vector<double>{0.5});
  EXPECT_EQ(tunable_rates({4, 1, 2}), (std::vector<double>{0.25, 0.5, 1, 2, 4, 8, 16}));
}

}  // namespace
}  // namespace madsearch
