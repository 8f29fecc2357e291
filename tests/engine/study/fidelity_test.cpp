#include "engine/study/fidelity.h"

#include <gtest/gtest.h>

namespace madsearch {
namespace {

/// Designs with these scores under the reference and, on each seed set, under the battery; one task.
std::vector<Compared> designs(const std::vector<double>& reference, const std::vector<std::vector<double>>& sets) {
  std::vector<Compared> out(reference.size());
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i].reference = reference[i];
    out[i].score.tasks.resize(1);
    for (const auto& set : sets) {
      out[i].score.scores.push_back(set[i]);
      out[i].score.tasks[0].push_back(set[i]);
      out[i].score.core_seconds.push_back(static_cast<double>(i + 1));
    }
  }
  return out;
}

TEST(Fidelity, OfABatteryThatAgreesIsWhole) {
  const std::vector<double> scores = {0.1, 0.12, 0.5, 0.9};
  const auto f = fidelity(designs(scores, {scores, scores}), Seed{1});
  EXPECT_NEAR(*f.rank, 1, 1e-12);
  EXPECT_NEAR(*f.rank_top_half, 1, 1e-12);
  EXPECT_NEAR(*f.reliability, 1, 1e-12);
  EXPECT_NEAR(f.rank_bounds->low, 1, 1e-12);
  EXPECT_EQ(f.close_pairs, 1u);  // 0.1 and 0.12
  EXPECT_EQ(f.close_right, 1);
  EXPECT_EQ(f.clear_pairs, 5u);
  EXPECT_EQ(f.clear_right, 1);
  EXPECT_EQ(f.median_seconds, 3);
  EXPECT_EQ(f.worst_seconds, 4);
}

TEST(Fidelity, IsThatOfOneSeedSetNotOfTheirMean) {
  // Each set turns another pair around; the mean of both ranks as reference does.
  const auto f = fidelity(designs({0.1, 0.2, 0.3, 0.4}, {{0.15, 0.1, 0.35, 0.4}, {0.0, 0.25, 0.44, 0.4}}), Seed{1});
  EXPECT_NEAR(*f.rank, 0.8, 1e-12);
  EXPECT_NEAR(*f.rank_of_mean, 1, 1e-12);
  EXPECT_NEAR(*f.reliability, 0.6, 1e-12);
}

TEST(Fidelity, CountsTheShareOfDesignsAtCeilingAndFloor) {
  Battery battery;
  battery.tasks.push_back({.task = "compression"});
  const auto uses = task_uses(battery, designs({1, 2, 3, 4}, {{1.0, 0.96, 0.5, 0.0}}));
  ASSERT_EQ(uses.size(), 1u);
  EXPECT_EQ(uses[0].at_ceiling, 0.5);
  EXPECT_EQ(uses[0].at_floor, 0.25);
  EXPECT_NEAR(uses[0].mean, 0.615, 1e-12);
}

TEST(Fidelity, OfNoDesignsIsUnknown) {
  const auto f = fidelity({}, Seed{1});
  EXPECT_FALSE(f.rank);
  EXPECT_FALSE(f.rank_bounds);
}

}  // namespace
}  // namespace madsearch
