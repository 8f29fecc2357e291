#include "results/comparison.h"

#include <gtest/gtest.h>

#include <cmath>

#include "configs/seed.h"

namespace madsearch {
namespace {

using Beats = Comparison::Beats;

/// Loss on seed sets 1, 2, ... and one size.
FreshResults design(const std::vector<double>& losses, double size) {
  FreshResults out;
  for (std::size_t i = 0; i < losses.size(); ++i) out[static_cast<std::int64_t>(i) + 1] = {losses[i], size};
  return out;
}

TEST(Comparison, WhatASeedSetDoesToAllDesignsCancels) {
  const Comparison comparison(
      {design({0.30, 0.70, 0.45}, 3), design({0.33, 0.731, 0.479}, 3), design({0.6, 0.99, 0.76}, 3)});
  EXPECT_EQ(comparison.beats(0, 1), Beats::kSurely);
  EXPECT_EQ(comparison.beats(1, 0), Beats::kNo);
  EXPECT_NEAR(comparison.difference(0, 1, 0).mean, -0.03, 1e-9);
}

TEST(Comparison, TwoSeedsThatAgreeByChanceDecideNothingAmongNoisyDesigns) {
  std::vector<FreshResults> designs = {design({0.500, 0.500}, 3), design({0.502, 0.502}, 3)};
  for (const double noise : {0.03, -0.04, 0.02, -0.03, 0.05}) designs.push_back(design({0.5 + noise, 0.5 - noise}, 3));
  EXPECT_EQ(Comparison(designs).beats(0, 1), Beats::kPerhaps);
  EXPECT_GT(Comparison(designs).difference(0, 1, 0).margin, 0.02);
}

TEST(Comparison, ALargerDesignNeverBeatsASmallerOne) {
  const Comparison comparison({design({0.1, 0.12, 0.11}, 3.001), design({0.9, 0.93, 0.91}, 3)});
  EXPECT_EQ(comparison.beats(0, 1), Beats::kNo);
  EXPECT_EQ(comparison.difference(0, 1, 1).margin, 0);
}

TEST(Comparison, ADesignAloneIsNotBeatenByItself) {
  const Comparison comparison({design({0.3, 0.4, 0.35}, 3)});
  EXPECT_EQ(comparison.beats(0, 0), Beats::kNo);
  EXPECT_EQ(comparison.difference(0, 0, 0).mean, 0);
  EXPECT_EQ(comparison.margin_of_one(0), 0);
}

TEST(Comparison, OneCommonSeedSetDecidesNothing) {
  auto early = design({0.1, 0.11}, 3), late = design({0, 0.9, 0.91}, 3);
  late.erase(1);
  EXPECT_EQ(Comparison({early, late}).beats(0, 1), Beats::kPerhaps);
}

TEST(Comparison, OneCommonSeedSetHasTheErrorOfAllDesigns) {
  const Comparison comparison({design({0.1}, 3), design({0.3, 0.5}, 3), design({0.34, 0.5}, 3)});
  const auto one = comparison.difference(1, 0, 0);
  EXPECT_NEAR(one.mean, 0.2, 1e-12);
  EXPECT_EQ(one.sets, 1);
  EXPECT_TRUE(std::isinf(one.margin));
  EXPECT_NEAR(one.error, comparison.margin_of_one(0) / 12.7062, 1e-6);
  EXPECT_TRUE(std::isinf(Comparison({design({0.1}, 3), design({0.2}, 3)}).difference(0, 1, 0).error));
  const auto two = comparison.difference(2, 1, 0);
  EXPECT_EQ(two.sets, 2);
  EXPECT_NEAR(two.margin, 12.7062 * two.error, 1e-5) << "of the one degree of freedom that there is";
}

TEST(Comparison, WithoutNoiseItIsDominance) {
  const Comparison comparison(
      {design({0.5, 0.5}, 2), design({0.5, 0.5}, 3), design({0.4, 0.4}, 3), design({0.5, 0.5}, 2)});
  EXPECT_EQ(comparison.beats(0, 1), Beats::kSurely);
  EXPECT_EQ(comparison.beats(2, 1), Beats::kSurely);
  EXPECT_EQ(comparison.beats(0, 2), Beats::kNo);
  EXPECT_EQ(comparison.beats(0, 3), Beats::kNo);  // the same point
  EXPECT_EQ(comparison.margin_of_one(0), 0);
}

TEST(Comparison, TellsEqualDesignsApartNoMoreThanOneTimeInTwenty) {
  for (const int seeds : {2, 3, 6}) {
    int apart = 0;
    int pairs = 0;
    for (std::uint64_t run = 0; run < 400; ++run) {
      Rng rng(Seed{run}.derive(static_cast<std::uint64_t>(seeds)));
      std::vector<FreshResults> designs(12);
      for (int set = 1; set <= seeds; ++set) {
        const double common = normal(rng);
        for (auto& results : designs) results[set] = {common + normal(rng)};
      }
      const Comparison comparison(designs);
      for (std::size_t i = 0; i + 1 < designs.size(); i += 2, ++pairs)
        apart += comparison.beats(i, i + 1) != Beats::kPerhaps;
    }
    const double rate = static_cast<double>(apart) / pairs;
    EXPECT_GT(rate, 0.01) << seeds;
    EXPECT_LT(rate, 0.06) << seeds;
  }
}

TEST(Comparison, TheDeviationIsThatOfOneDesignWithoutWhatASeedSetDoesToAll) {
  // Beyond 0.1, 0.4 and 0.2 for everybody, each deviates by d, -d and 0 with the signs +, -, 0.
  const auto sets = [](double sign) { return design({0.1 + sign * 0.01, 0.4 - sign * 0.01, 0.2}, 3); };
  const Comparison comparison({sets(1), sets(-1)});
  EXPECT_NEAR(*comparison.deviation(0), 0.02 / std::sqrt(2), 1e-12);  // differences of 0.02, -0.02, 0
  EXPECT_EQ(comparison.deviation(1), 0);
  EXPECT_FALSE(Comparison({design({0.1, 0.2}, 3)}).deviation(0));
}

TEST(Comparison, TheMarginThatWasToBeExpectedIsTheOneOfSuchDesigns) {
  std::vector<FreshResults> designs;
  for (const double sign : {1, -1}) designs.push_back(design({0.5 + sign * 0.01, 0.5 - sign * 0.01, 0.5}, 3));
  designs.push_back(design({0.5, 0.5 + 0.01, 0.5 - 0.01}, 3));
  designs.push_back(design({0.5, 0.5 - 0.01, 0.5 + 0.01}, 3));
  const Comparison comparison(designs);
  const auto margin = comparison.difference(0, 2, 0).margin;
  EXPECT_NEAR(margin, 2.447 * std::sqrt((4 * std::pow(*comparison.deviation(0), 2) * 2 + 0.0006) / 6 / 3), 1e-5);
  EXPECT_NEAR(expected_margin(0.016, 3), 2.447 * 0.016 * std::sqrt(2.0 / 3), 1e-5);
  EXPECT_LT(expected_margin(0.016, 4), expected_margin(0.016, 3));
}

TEST(Comparison, MoreSeedSetsTellSmallerDifferencesApart) {
  const auto sets = sets_to_tell_apart(0.05, 0.03, 0.8, 1000);
  ASSERT_TRUE(sets);
  EXPECT_LT(expected_margin(0.03, *sets), 0.05);
  EXPECT_GT(*sets, *sets_to_tell_apart(0.06, 0.03, 0.8, 1000));
  EXPECT_LT(*sets, *sets_to_tell_apart(0.05, 0.03, 0.95, 1000));
  EXPECT_EQ(sets, sets_to_tell_apart(-0.05, 0.03, 0.8, 1000));
  EXPECT_EQ(sets_to_tell_apart(0.5, 0.001, 0.8, 1000), 2);
  EXPECT_FALSE(sets_to_tell_apart(0.0001, 0.03, 0.8, 1000));
  EXPECT_FALSE(sets_to_tell_apart(0, 0.03, 0.8, 1000));
}

/// Simulated: the share of pairs that really differ so and whose 95 % margin says so.
TEST(Comparison, SoManySeedSetsTellApartWithTheirPower) {
  constexpr double kDifference = 1.5;
  const auto sets = *sets_to_tell_apart(kDifference, 1, 0.8, 1000);
  int apart = 0;
  constexpr int kRuns = 600;
  for (std::uint64_t run = 0; run < kRuns; ++run) {
    Rng rng(Seed{run});
    std::vector<FreshResults> designs(8);
    for (int set = 1; set <= sets; ++set)
      for (std::size_t i = 0; i < designs.size(); ++i) designs[i][set] = {normal(rng) + (i == 0 ? kDifference : 0)};
    const auto found = Comparison(designs).difference(0, 1, 0);
    apart += found.mean > found.margin ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(apart) / kRuns, 0.8, 0.06) << sets;
}

}  // namespace
}  // namespace madsearch
