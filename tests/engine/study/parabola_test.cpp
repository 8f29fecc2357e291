#include "engine/study/parabola.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace madsearch {
namespace {

std::vector<PlanePoint> on_parabola(double a, double b, double c) {
  std::vector<PlanePoint> out;
  for (const double x : {8.0, 9.0, 10.5, 11.0, 12.0}) out.push_back({x, c + b * x + a * x * x});
  return out;
}

TEST(Parabola, GoesThroughPointsOfOne) {
  const Parabola fit(on_parabola(0.05, -1, 7));
  EXPECT_NEAR(fit.lowest().value(), 10, 1e-8);
  EXPECT_NEAR(fit.at(10), 2, 1e-8);
  EXPECT_NEAR(fit.squares(), 0, 1e-12);
  EXPECT_EQ(fit.freedom(), 2u);
  EXPECT_EQ(Parabola(on_parabola(-0.05, 1, 7)).lowest(), std::nullopt);
}

TEST(Parabola, IsTheLeastOfSquares) {
  // Of y = 1 at 0 and 2, and 0 and 1 at 1, the best has the ends exactly and the mean between.
  const Parabola fit({{0, 1}, {1, 0}, {1, 1}, {2, 1}});
  EXPECT_NEAR(fit.at(0), 1, 1e-12);
  EXPECT_NEAR(fit.at(1), 0.5, 1e-12);
  EXPECT_NEAR(fit.squares(), 0.5, 1e-12);
}

TEST(Parabola, IsFittedAgainToNoisyMeasurements) {
  const Parabola fit(on_parabola(0.05, -1, 7));
  Rng rng(Seed{1});
  EXPECT_NEAR(fit.again(rng, 0).lowest().value(), 10, 1e-8);
  double squares = 0;
  for (int i = 0; i < 4000; ++i) squares += fit.again(rng, 0.1).squares();
  EXPECT_NEAR(squares / 4000, 2 * 0.01, 0.001) << "two more points than coefficients, of variance 0.01";
}

TEST(Parabola, NeedsThreePlaces) { EXPECT_THROW(Parabola({{0, 1}, {0, 2}, {1, 1}, {1, 3}}), std::invalid_argument); }

TEST(Line, GoesThroughTheMiddle) {
  const auto line = line_through({{0, 1}, {1, 4}, {2, 7}});
  EXPECT_NEAR(line.intercept, 1, 1e-12);
  EXPECT_NEAR(line.slope, 3, 1e-12);
}

}  // namespace
}  // namespace madsearch
