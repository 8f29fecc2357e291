#include "mad_tasks/score.h"

#include <gtest/gtest.h>

#include <cmath>

#include "mad_tasks/table.h"
#include "tests/mad_tasks/oracles.h"

namespace madsearch {
namespace {

Battery battery(const std::string& protocol = "madsearch") {
  return read_battery(Reader::text("name: b\nsteps: 1\nprotocol: " + protocol +
                                       "\ntasks:\n"
                                       "  in-context-recall: {axes: {vocabulary: [32], length: [256, 512]}}\n"
                                       "  compression: {weight: 3}\n",
                                   "b.yaml"));
}

/// The accuracy whose chance-corrected value is `score`.
double accuracy(const BatterySetting& setting, double score) {
  const auto& task = task_named(setting.setting.task);
  const double chance = task.chance(setting.setting.values);
  return chance + score * (task.oracle(setting.setting.values, Protocol::kMadsearch) - chance);
}

TEST(ChanceCorrected, IsZeroAtChanceAndOneAtTheOracle) {
  const TaskSetting setting{"in-context-recall", task_named("in-context-recall").baseline};
  EXPECT_EQ(chance_corrected(0.125, setting, Protocol::kMadsearch), 0);
  EXPECT_EQ(chance_corrected(0.05, setting, Protocol::kMadsearch), 0);
  EXPECT_EQ(chance_corrected(1, setting, Protocol::kMadsearch), 1);
  EXPECT_NEAR(chance_corrected(0.5625, setting, Protocol::kMadsearch), 0.5, 1e-12);
  EXPECT_EQ(chance_corrected(std::nan(""), setting, Protocol::kMadsearch), 0);
}

TEST(ChanceCorrected, IsOneWhereTheRestCannotBeKnown) {
  const auto& task = task_named("memorization");
  const TaskSetting setting{task.name, with(task, {{"vocabulary", 8192}}), "vocabulary"};
  EXPECT_NEAR(chance_corrected(0.6322, setting, Protocol::kMadsearch), 1, 1e-3);
  EXPECT_EQ(chance_corrected(0.7, setting, Protocol::kMadsearch), 1);
  EXPECT_NEAR(chance_corrected(0.6322, setting, Protocol::kMadLab), 0.632, 1e-3);
}

TEST(BatteryScore, MeansOverAxesOnEachOfWhichTheBaselineLies) {
  const auto b = battery();
  const auto& recall = b.tasks[0].settings;
  const auto score = battery_score(
      b, {{accuracy(recall[0], 0.9), accuracy(recall[1], 0.5), accuracy(recall[2], 0.6), accuracy(recall[3], 0.3)},
          {accuracy(b.tasks[1].settings[0], 0.2)}});
  ASSERT_EQ(score.tasks.size(), 2u);
  const double by_vocabulary = (0.9 + 0.5) / 2;
  const double by_length = (0.9 + 0.6 + 0.3) / 3;
  EXPECT_NEAR(score.tasks[0].score, (by_vocabulary + by_length) / 2, 1e-12);
  EXPECT_NEAR(score.tasks[0].settings[3], 0.3, 1e-12);
  EXPECT_NEAR(score.tasks[1].score, 0.2, 1e-12);
  EXPECT_NEAR(score.score, (score.tasks[0].score + 3 * 0.2) / 4, 1e-12);
}

TEST(BatteryScore, IsThePlainMeanOfRawAccuraciesInMadLab) {
  const auto score = battery_score(battery("mad-lab"), {{0.9, 0.5, 0.6, 0.0}, {0.2}});
  EXPECT_NEAR(score.tasks[0].score, 0.5, 1e-12);
  EXPECT_EQ(score.tasks[0].settings, (std::vector<double>{0.9, 0.5, 0.6, 0.0}));
  EXPECT_NEAR(score.score, (0.5 + 3 * 0.2) / 4, 1e-12);
}

TEST(BatteryScore, TellsHowFarRecallIsAboveChanceWhateverCompressionDoes) {
  const auto score = battery_score(battery(), {{0.2, 0.1, 0.125, 0.1}, {1.0}});
  EXPECT_NEAR(score.above_chance, 0.075, 1e-12);  // of 1/8 at the baseline; 0.1 - 1/16 is less
  EXPECT_EQ(battery_score(battery(), {{0, 0, 0, 0}, {1.0}}).above_chance, 0);
}

TEST(BatteryScore, RefusesAccuraciesOfAnotherBattery) {
  EXPECT_THROW(battery_score(battery(), {{0.2, 0.1, 0.1, 0.1}}), std::invalid_argument);
  EXPECT_THROW(battery_score(battery(), {{0.2, 0.1}, {1.0}}), std::invalid_argument);
}

}  // namespace
}  // namespace madsearch
