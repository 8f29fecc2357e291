#include "mad_tasks/table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/mad_tasks/oracles.h"

namespace madsearch {
namespace {

constexpr auto kSplits = {Split::kTrain, Split::kValidationA, Split::kValidationB, Split::kTest};
constexpr auto kProtocols = {Protocol::kMadsearch, Protocol::kMadLab};

TEST(Tasks, AreTheSixOfThePaperInItsOrder) {
  std::vector<std::string> names;
  for (const auto& task : tasks()) names.push_back(task.name);
  EXPECT_EQ(names, (std::vector<std::string>{"in-context-recall", "fuzzy-in-context-recall", "noisy-in-context-recall",
                                             "selective-copying", "compression", "memorization"}))
      << "if a task was added, add its name here and its number of settings below; the order is that of reports";
  EXPECT_EQ(find_task("in-context-recal"), nullptr);
}

TEST(Tasks, HaveTheReferences66Settings) {
  std::vector<std::size_t> settings;
  for (const auto& task : tasks()) settings.push_back(sweep(task).size());
  EXPECT_EQ(settings, (std::vector<std::size_t>{11, 11, 14, 13, 11, 6}));
}

TEST(TaskValues, PrintIntegersWithoutDecimals) {
  EXPECT_EQ((TaskValues{{"noise_fraction", 0.2}, {"length", 128}, {"vocabulary", 1e6}}.text()),
            "length=128 noise_fraction=0.2 vocabulary=1000000");
}

TEST(TaskValues, NameTheSettingThatIsMissingOrNoInteger) {
  const TaskValues values = {{"noise_fraction", 0.2}};
  EXPECT_THROW(values.real("length"), std::invalid_argument);
  EXPECT_THROW(values.count("noise_fraction"), std::invalid_argument);
}

class EveryTask : public testing::TestWithParam<std::size_t> {
 protected:
  const Task& task() const { return tasks()[GetParam()]; }
};

TEST_P(EveryTask, KeepsItsTokensWithinTheVocabularyAtEverySetting) {
  for (const auto& setting : sweep(task())) {
    SCOPED_TRACE(setting.values.text());
    ASSERT_EQ(task().valid(setting.values), "");
    const auto length = static_cast<std::size_t>(task().input_length(setting.values));
    const auto vocabulary = task().vocabulary(setting.values);
    for (const auto protocol : kProtocols) {
      const auto generator = task().prepare(setting.values, Seed{7}, protocol);
      for (const auto split : kSplits)
        for (std::uint64_t i = 0; i < 20; ++i) {
          const auto example = generator->make(split, i);
          ASSERT_EQ(example.inputs.size(), length);
          ASSERT_EQ(example.targets.size(), length);
          EXPECT_GT(scored(example.targets), 0);
          for (const auto token : example.inputs) ASSERT_TRUE(token >= 0 && token < vocabulary) << token;
          for (const auto target : example.targets)
            ASSERT_TRUE(target == kIgnore || (target >= 0 && target < vocabulary)) << target;
        }
    }
  }
}

TEST_P(EveryTask, MakesTheSameExampleFromTheSameSeedSplitAndIndexOnly) {
  for (const auto protocol : kProtocols) {
    const auto a = examples(task(), {}, protocol, Seed{7});
    const auto same = examples(task(), {}, protocol, Seed{7});
    const auto other = examples(task(), {}, protocol, Seed{8});
    std::set<Tokens> seen;
    for (const auto split : kSplits)
      for (const std::uint64_t i : {5, 0, 3}) {  // in any order
        const auto example = a->make(split, i);
        EXPECT_EQ(example, same->make(split, i));
        EXPECT_NE(example.inputs, other->make(split, i).inputs);
        seen.insert(example.inputs);
      }
    EXPECT_EQ(seen.size(), 12u);
  }
}

TEST_P(EveryTask, ChangesItsDataWithEverySweptSetting) {
  const auto baseline = examples(task(), {}, Protocol::kMadsearch, Seed{7});
  for (const auto& setting : sweep(task())) {
    if (setting.axis == "baseline" || setting.axis == "examples") continue;  // examples: how many are taken, not which
    const auto generator = task().prepare(setting.values, Seed{7}, Protocol::kMadsearch);
    bool differs = false;
    for (std::uint64_t i = 0; i < 5; ++i)
      differs = differs || !(generator->make(Split::kTest, i) == baseline->make(Split::kTest, i));
    EXPECT_TRUE(differs) << setting.values.text();
  }
}

TEST_P(EveryTask, RefusesWhatItCannotMake) {
  for (const auto& [name, value] : task().baseline) {
    for (const double wrong : {-1.0, 2.5}) {
      auto values = task().baseline;
      values.set(name, wrong);
      EXPECT_NE(task().valid(values), "") << values.text();
    }
  }
  auto values = task().baseline;
  values.set("vocabulary", 2);
  EXPECT_NE(task().valid(values), "");
}

/// The accuracy of the predictor that answers each cell (current token; in compression the position) with the cell's
/// most frequent target, on other examples than it was counted on.
double counted_chance(const Task& task, const TaskValues& values, std::uint64_t examples) {
  const auto generator = task.prepare(values, Seed{11}, Protocol::kMadsearch);
  const auto V = static_cast<std::size_t>(task.vocabulary(values));
  const auto T = static_cast<std::size_t>(task.input_length(values));
  const bool by_position = task.backbone == Backbone::kAutoEncoder;
  std::vector<std::vector<std::int32_t>> counts(by_position ? T : V);
  const auto each = [&](Split split, std::uint64_t n, auto visit) {
    for (std::uint64_t i = 0; i < n; ++i) {
      const auto example = generator->make(split, i);
      for (std::size_t t = 0; t < T; ++t)
        if (example.targets[t] != kIgnore)
          visit(by_position ? t : static_cast<std::size_t>(example.inputs[t]),
                static_cast<std::size_t>(example.targets[t]));
    }
  };
  each(Split::kTest, examples, [&](std::size_t cell, std::size_t target) {
    if (counts[cell].empty()) counts[cell].resize(V);
    ++counts[cell][target];
  });
  std::vector<std::size_t> best(counts.size());
  for (std::size_t cell = 0; cell < counts.size(); ++cell)
    if (!counts[cell].empty())
      best[cell] =
          static_cast<std::size_t>(std::max_element(counts[cell].begin(), counts[cell].end()) - counts[cell].begin());
  double right = 0;
  double all = 0;
  each(Split::kValidationB, examples, [&](std::size_t cell, std::size_t target) {
    right += best[cell] == target;
    ++all;
  });
  return right / all;
}

TEST_P(EveryTask, HasTheChanceThatCountingFinds) {
  const double chance = task().chance(task().baseline);
  EXPECT_NEAR(counted_chance(task(), task().baseline, 20'000), chance, std::min(0.01, 0.001 + 0.02 * chance));
}

TEST_P(EveryTask, HasTheChanceThatCountingFindsAtEverySetting) {
  for (const auto& setting : sweep(task())) {
    if (setting.axis == "baseline" || setting.axis == "examples") continue;
    const double chance = task().chance(setting.values);
    EXPECT_NEAR(counted_chance(task(), setting.values, 10'000), chance, std::min(0.01, 0.001 + 0.1 * chance))
        << setting.values.text();
  }
}

TEST_P(EveryTask, LeavesRoomBetweenChanceAndOracleAtEverySetting) {
  for (const auto& setting : sweep(task()))
    for (const auto protocol : kProtocols) {
      const double oracle = task().oracle(setting.values, protocol);
      EXPECT_GT(oracle, task().chance(setting.values) + 0.3) << setting.values.text();
      EXPECT_LE(oracle, 1);
    }
}

INSTANTIATE_TEST_SUITE_P(Table, EveryTask, testing::Range(std::size_t{0}, tasks().size()), test_name);

}  // namespace
}  // namespace madsearch
