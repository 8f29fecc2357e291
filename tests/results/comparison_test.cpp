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

}  // namespace
}  // namespace madsearch
