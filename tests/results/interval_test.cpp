#include "results/interval.h"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

namespace madsearch {
namespace {

TEST(Interval, HasNoEndsWithOneSeed) {
  const auto one = interval({0.4});
  EXPECT_EQ(one.mean, 0.4);
  EXPECT_FALSE(one.low || one.high);
  EXPECT_THROW(interval({}), std::invalid_argument);
}

TEST(Interval, IsStudentsOfTheSeeds) {
  const auto three = interval({0.4, 0.5, 0.6});
  EXPECT_NEAR(three.mean, 0.5, 1e-12);
  EXPECT_NEAR(*three.low, 0.5 - 4.302652729911275 * 0.1 / std::sqrt(3), 1e-9);  // t(0.975, 2) of a printed table: 4.303
  EXPECT_NEAR(*three.high, 0.5 + 4.302652729911275 * 0.1 / std::sqrt(3), 1e-9);
}

TEST(Interval, StaysWithinZeroAndOne) {
  const auto two = interval({0.1, 0.9});  // t(0.975, 1) = 12.7
  EXPECT_EQ(*two.low, 0);
  EXPECT_EQ(*two.high, 1);
  const auto equal = interval({0.3, 0.3});
  EXPECT_EQ(*equal.low, 0.3);
  EXPECT_EQ(*equal.high, 0.3);
}

}  // namespace
}  // namespace madsearch
