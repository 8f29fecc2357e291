#include "engine/study/agreement.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace madsearch {
namespace {

TEST(Agreement, OfTheSameOrderIsWhole) {
  const std::vector<double> found = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  const std::vector<double> states = {5, 3, 8, 1, 9, 2, 7, 4, 6};
  const auto one = agreement(found, found, states, Seed{1});
  EXPECT_EQ(one.designs, 9U);
  EXPECT_DOUBLE_EQ(one.rank.value(), 1);
  EXPECT_DOUBLE_EQ(one.rank_bounds->low, 1);
  EXPECT_NEAR(one.partial.value(), 1, 1e-12);
  EXPECT_EQ(one.near_pairs, 0U);
  EXPECT_FALSE(one.near_right);
}

TEST(Agreement, ThatStateAloneExplainsIsNoneGivenState) {
  // Both follow the state, each with a turn of its own that the other has not.
  const std::vector<double> states = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048};
  const std::vector<double> predicted = {2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11, 12};
  const std::vector<double> found = {1, 2, 4, 3, 5, 6, 8, 7, 9, 10, 12, 11};
  const auto one = agreement(predicted, found, states, Seed{1});
  EXPECT_GT(one.rank.value(), 0.9);
  EXPECT_LT(one.partial.value(), 0.1);
  EXPECT_LT(one.partial_bounds->low, one.partial.value());
}

TEST(Agreement, CountsPairsOfNearlyTheSameState) {
  const auto one = agreement({3, 2, 2, 9}, {4, 3, 2, 1}, {100, 109, 105, 500}, Seed{1});
  EXPECT_EQ(one.near_pairs, 3U);  // of the first three; the fourth has five times their state
  EXPECT_DOUBLE_EQ(one.near_right.value(), 2.5 / 3);
}

TEST(Agreement, IsUndefinedWherePredictionsDontDiffer) {
  const auto one = agreement({1, 1, 1}, {1, 2, 3}, {1, 2, 3}, Seed{1});
  EXPECT_FALSE(one.rank);
  EXPECT_FALSE(one.rank_bounds);
  EXPECT_FALSE(one.partial);
}

TEST(Ahead, IsTheDifferenceOnTheSameDesigns) {
  const std::vector<double> found = {1, 2, 3, 4, 5, 6};
  const std::vector<double> other = {2, 1, 3, 4, 6, 5};
  const auto one = ahead(found, other, found, Seed{1});
  EXPECT_DOUBLE_EQ(one.rank.value(), 1 - rank_correlation(other, found).value());
  EXPECT_GE(one.bounds->low, 0);
  EXPECT_LT(one.bounds->high, 1);
  const auto same = ahead(other, other, found, Seed{1});
  EXPECT_DOUBLE_EQ(same.rank.value(), 0);
  EXPECT_DOUBLE_EQ(same.bounds->high, 0) << "both of the same draw";
  EXPECT_FALSE(ahead(found, {1, 1, 1, 1, 1, 1}, found, Seed{1}).rank);
  EXPECT_THROW(ahead({1}, {1, 2}, {1, 2}, Seed{1}), std::invalid_argument);
}

TEST(Agreement, RefusesListsOfDifferentLengths) {
  EXPECT_THROW(agreement({1}, {1, 2}, {1, 2}, Seed{1}), std::invalid_argument);
}

}  // namespace
}  // namespace madsearch
