#include "results/objectives.h"

#include <gtest/gtest.h>

#include <cmath>

#include "configs/seed.h"

namespace madsearch {
namespace {

const std::vector<double> kLimits = {0, 1, 2, 64, 99, 100, 101, 999, 1000, 1001, 99'999, 1e5, 100'001, 1e9, 1e15};

CandidateRecord drawn(Rng& rng) {
  const auto size = [&] { return static_cast<std::int64_t>(std::pow(10, 12 * uniform(rng)) - 1); };
  return {.parameters = size(),
          .active_parameters = size(),
          .flops = size(),
          .served_state = size(),
          .served_state_mad = size()};
}

TEST(Objectives, HypervolumeIsAShareWhateverTheObjectivesAndTheirLimits) {
  Rng rng(Seed{3});
  const auto names = objective_names();
  for (int i = 0; i < 2000; ++i) {
    std::vector<Objective> objectives = {objective("score")};
    while (objectives.size() < 2 + below(rng, 2))
      objectives.push_back(objective(names[1 + below(rng, names.size() - 1)], kLimits[below(rng, kLimits.size())]));
    std::vector<Objectives> points;
    double before = 0;
    for (int k = 0; k < 5; ++k) {
      points.push_back(values(objectives, drawn(rng), {uniform(rng), 4 * uniform(rng), 4 * uniform(rng)}));
      const auto share = hypervolume_share(objectives, points);
      ASSERT_TRUE(share >= 0 && share <= 1) << share << " of " << box(objectives);
      ASSERT_GE(share, before - 1e-12) << "one point more takes nothing away";
      before = share;
    }
    points.push_back(values(objectives, CandidateRecord{}, {1, 0, 0}));
    ASSERT_DOUBLE_EQ(hypervolume_share(objectives, points), 1) << "a perfect design without size, " << box(objectives);
  }
}

TEST(Objectives, ABoxBeginsAtZeroWhereItsLimitIsNoMoreThanItsUsualBeginning) {
  const auto state = [](double limit) { return box({objective("score"), objective("state", limit)}); };
  EXPECT_EQ(state(0), "score 0..1, state 100..1000000");
  EXPECT_EQ(state(20'000), "score 0..1, state 100..20000");
  EXPECT_EQ(state(101), "score 0..1, state 100..101");
  EXPECT_EQ(state(100), "score 0..1, state 0..100");
  EXPECT_EQ(state(64), "score 0..1, state 0..64");
  EXPECT_EQ(state(1), "score 0..1, state 0..1");
  EXPECT_EQ(box({objective("parameters", 500), objective("flops", 1e5)}), "parameters 0..500, flops 0..100000");
}

TEST(Objectives, ADesignAtTheLimitOfANarrowBoxAddsNothingAndASmallerOneDoes) {
  const std::vector<Objective> objectives = {objective("score"), objective("state", 64)};
  const auto share = [&](std::int64_t state) {
    return hypervolume_share(objectives, {values(objectives, {.served_state = state}, {0.5})});
  };
  EXPECT_DOUBLE_EQ(share(64), 0);
  EXPECT_NEAR(share(7), 0.5 * (1 - std::log10(8) / std::log10(65)), 1e-12);
  EXPECT_DOUBLE_EQ(share(0), 0.5);
}

}  // namespace
}  // namespace madsearch
