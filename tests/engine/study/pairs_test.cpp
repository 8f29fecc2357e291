#include "engine/study/pairs.h"

#include <gtest/gtest.h>

#include <cmath>

#include "configs/text.h"

namespace madsearch {
namespace {

const std::vector<std::string> kTasks = {"recall", "copying"};

EvaluationRecord evaluation(Rung rung, std::int64_t set, double recall, double copying) {
  return {.number = 7,
          .hash = "aa",
          .rung = rung,
          .seed_set = set,
          .finished = true,
          .score = (recall + copying) / 2,
          .tasks_json = "{\"recall\": {\"score\": " + shown("%.3f", recall) +
                        "}, \"copying\": {\"score\": " + shown("%.3f", copying) + "}}"};
}

SeedScores design(const std::vector<double>& recalls, double copying = 0.5) {
  std::vector<EvaluationRecord> out = {evaluation(Rung::kBattery, 0, 0.9, copying)};
  for (std::size_t i = 0; i < recalls.size(); ++i)
    out.push_back(evaluation(Rung::kConfirm, static_cast<std::int64_t>(i) + 1, recalls[i], copying));
  return seed_scores(out, kTasks);
}

TEST(Pairs, SortsWhatADesignScoredBySeedSets) {
  const std::vector<EvaluationRecord> all = {
      evaluation(Rung::kProbe, 0, 0.1, 0.1), evaluation(Rung::kBattery, 0, 0.9, 0.7),
      evaluation(Rung::kConfirm, 1, 0.8, 0.6), evaluation(Rung::kCounterfactual, 2, 0.6, 0.4)};
  EXPECT_EQ(tasks_of(all), kTasks);
  const auto found = seed_scores(all, kTasks);
  EXPECT_EQ(found.search, (FreshResults{{0, {0.8, 0.9, 0.7}}}));
  EXPECT_EQ(found.fresh, (FreshResults{{1, {0.7, 0.8, 0.6}}, {2, {0.5, 0.6, 0.4}}}));
  EXPECT_TRUE(found.unscored.empty());
}

TEST(Pairs, TellsWhatCameToNoScoreUnlessItWasTriedAgain) {
  auto diverged = evaluation(Rung::kConfirm, 1, 0, 0);
  diverged.outcome = Outcome::kDiverged;
  auto lost = diverged;
  lost.seed_set = 2;
  lost.outcome = Outcome::kLost;
  EvaluationRecord under_way{.hash = "aa", .rung = Rung::kBattery, .seed_set = 0};
  const auto found = seed_scores({diverged, lost, evaluation(Rung::kConfirm, 2, 0.5, 0.5), under_way}, kTasks);
  ASSERT_EQ(found.unscored.size(), 2u);
  EXPECT_EQ(found.unscored[0].on, SeedSets::kFresh);
  EXPECT_EQ(found.unscored[0].seed_set, 1);
  EXPECT_EQ(found.unscored[0].outcome, Outcome::kDiverged);
  EXPECT_EQ(found.unscored[1].on, SeedSets::kSearch);
  EXPECT_FALSE(found.unscored[1].finished);
}

TEST(Pairs, LeavesOutScoresWithoutTheirTasks) {
  auto without = evaluation(Rung::kConfirm, 1, 0.5, 0.5);
  without.tasks_json.clear();
  EXPECT_TRUE(seed_scores({without}, kTasks).fresh.empty());
  EXPECT_EQ(seed_scores({without}, {}).fresh.size(), 1u) << "an earlier release told none";
  without.tasks_json = "[";
  try {
    seed_scores({without}, kTasks);
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "evaluation 7: its tasks are no JSON");
  }
}

TEST(Pairs, AreComparedOnTheSetsThatBothHad) {
  const auto found = paired_scores(design({0.8, 0.7, 0.9}), design({0.6, 0.55}), {design({0.5, 0.55})}, kTasks);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].on, SeedSets::kFresh);
  EXPECT_EQ(found[0].sets, (std::vector<std::int64_t>{1, 2}));
  EXPECT_NEAR(found[0].score.a, 0.625, 1e-9) << "its third set has nothing beside it";
  EXPECT_NEAR(found[0].score.difference.mean, 0.0875, 1e-9);
  EXPECT_EQ(found[0].score.difference.sets, 2);
  ASSERT_EQ(found[0].tasks.size(), 2u);
  EXPECT_EQ(found[0].tasks[0].task, "recall");
  EXPECT_NEAR(found[0].tasks[0].difference.mean, 0.175, 1e-9);
  EXPECT_NEAR(found[0].tasks[1].difference.mean, 0, 1e-9);
  EXPECT_TRUE(std::isfinite(found[0].score.difference.margin));
  EXPECT_EQ(found[1].on, SeedSets::kSearch);
  EXPECT_FALSE(std::isfinite(found[1].score.difference.margin)) << "one set";
}

TEST(Pairs, HaveTheMarginOfTheFrontsComparison) {
  const std::vector<SeedScores> all = {design({0.8, 0.7}), design({0.6, 0.55}), design({0.5, 0.55})};
  const auto found = paired_scores(all[0], all[1], {all[2]}, kTasks);
  std::vector<FreshResults> losses;
  for (const auto& one : all) {
    losses.emplace_back();
    for (const auto& [set, scores] : one.fresh) losses.back()[set] = {1 - scores.front()};
  }
  EXPECT_NEAR(found[0].score.difference.margin, Comparison(losses).difference(1, 0, 0).margin, 1e-12);
}

TEST(Pairs, NewSetsStandAloneAndTogetherWithFreshOnes) {
  auto a = design({0.8, 0.7});
  auto b = design({0.6, 0.55});
  a.made = {{1, {0.7, 0.9, 0.5}}, {2, {0.8, 0.9, 0.7}}};
  b.made = {{1, {0.6, 0.7, 0.5}}};
  const auto found = paired_scores(a, b, {}, kTasks);
  ASSERT_EQ(found.size(), 4u);
  EXPECT_EQ(found[0].on, SeedSets::kNew);
  EXPECT_EQ(found[0].sets, std::vector<std::int64_t>{1});
  EXPECT_NEAR(found[0].score.difference.mean, 0.1, 1e-9);
  EXPECT_GT(found[0].margin_of_one, 0) << "by what both deviate on fresh ones";
  EXPECT_EQ(found[1].on, SeedSets::kFresh);
  EXPECT_EQ(found[2].on, SeedSets::kTogether);
  EXPECT_EQ(found[2].sets, (std::vector<std::int64_t>{1, 2, 1}));
  EXPECT_NEAR(found[2].score.difference.mean, (0.1 + 0.075 + 0.1) / 3, 1e-9);
  EXPECT_EQ(found[3].on, SeedSets::kSearch);
}

TEST(Pairs, WithoutACommonSetThereIsNothing) {
  auto a = design({0.8});
  a.search.clear();
  auto b = design({});
  EXPECT_TRUE(paired_scores(a, b, {design({0.5, 0.6})}, kTasks).empty());
}

}  // namespace
}  // namespace madsearch
