#include "engine/study/bradley_terry.h"

#include <gtest/gtest.h>

#include <cmath>

namespace madsearch {
namespace {

TEST(BradleyTerry, OfThreeWinsInFourIsTheLogarithmOfTheirOdds) {
  EXPECT_NEAR(bradley_terry({{1}, {1}, {1}, {-1}}, 1, 1e-9)[0], std::log(3), 1e-6);
}

TEST(BradleyTerry, HasNoSlopeLeftUnderItsPenalty) {
  const std::vector<std::vector<double>> differences = {{1, -1, 0}, {1, 0, -1}, {0.5, 0.5, -1}, {-1, 1, 0}, {3, 2, 5}};
  const double ridge = 0.3;
  const auto theta = bradley_terry(differences, 3, ridge);
  for (std::size_t i = 0; i < 3; ++i) {
    double slope = -ridge * theta[i];
    for (const auto& d : differences) {
      const double z = d[0] * theta[0] + d[1] * theta[1] + d[2] * theta[2];
      slope += d[i] / (1 + std::exp(z));
    }
    EXPECT_NEAR(slope, 0, 1e-6) << i;
  }
}

TEST(BradleyTerry, KnowsNothingOfAFeatureThatNeverDiffers) {
  EXPECT_EQ(bradley_terry({}, 2, 1), (std::vector<double>{0, 0}));
  const auto theta = bradley_terry({{1, 0}, {1, 0}}, 2, 1);
  EXPECT_GT(theta[0], 0);
  EXPECT_EQ(theta[1], 0);
}

}  // namespace
}  // namespace madsearch
