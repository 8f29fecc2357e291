#include "engine/study/ridge.h"

#include <gtest/gtest.h>

#include <cmath>

namespace madsearch {
namespace {

using Rows = std::vector<std::vector<double>>;

const Rows kRows = {{1, 0.5}, {2, -1}, {3, 0}, {4, 2}, {5, -0.5}};

TEST(Ridge, WhatARowIsExpectedToBeDependsOnTheOthersAlone) {
  std::vector<double> values = {0.1, 0.4, 0.2, 0.9, 0.7};
  const auto expected = Ridge(kRows, values, 0.5).expected(2);
  for (const double other : {-7.0, 0.0, 100.0}) {
    values[2] = other;
    EXPECT_NEAR(Ridge(kRows, values, 0.5).expected(2), expected, 1e-9);
  }
  values[1] = 5;
  EXPECT_GT(std::abs(Ridge(kRows, values, 0.5).expected(2) - expected), 0.1);
}

TEST(Ridge, FindsALineAndShrinksIt) {
  std::vector<double> values;
  for (const auto& row : kRows) values.push_back(2 + 3 * row[0]);
  EXPECT_NEAR(Ridge(kRows, values, 1e-9).expected(4), 17, 1e-4);
  EXPECT_NEAR(Ridge(kRows, values, 1e9).expected(4), (5 + 8 + 11 + 14) / 4.0, 1e-4) << "the mean of the others";
}

}  // namespace
}  // namespace madsearch
