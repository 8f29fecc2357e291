#include "mad_tasks/in_context_recall.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "tests/mad_tasks/oracles.h"

namespace madsearch {
namespace {

std::unique_ptr<Generator> recall(const TaskValues& changes = {}) { return examples(in_context_recall(), changes); }

TEST(InContextRecall, AsksWhatItsHeaderShows) {
  EXPECT_EQ(recall_oracle({2, 9, 0, 7, 2, 9, 0}, 6, 12), (Tokens{kIgnore, kIgnore, kIgnore, kIgnore, 9, kIgnore, 7}));
}

TEST(InContextRecall, AsksForAValueFromItsKeysSecondShowingOn) {
  for (const TaskValues& changes :
       {TaskValues{}, {{"vocabulary", 128}}, {{"length", 4}}, {{"vocabulary", 5}, {"length", 64}}}) {
    const auto generator = recall(changes);
    const auto V = with(in_context_recall(), changes).count("vocabulary");
    for (const auto split : {Split::kValidationA, Split::kValidationB, Split::kTest})
      for (std::uint64_t i = 0; i < 200; ++i) {
        const auto example = generator->make(split, i);
        ASSERT_EQ(example.targets, recall_oracle(example.inputs, V / 2, V));
        EXPECT_NE(example.targets.back(), kIgnore);  // the last pair is always asked
      }
  }
}

TEST(InContextRecall, TrainsOnEveryNextToken) {
  const auto generator = recall();
  for (std::uint64_t i = 0; i < 200; ++i) {
    const auto example = generator->make(Split::kTrain, i);
    expect_next_tokens(example);
    EXPECT_EQ(example.targets.back(), recall_oracle(example.inputs, 8, 16).back());
  }
}

TEST(InContextRecall, AlternatesKeysOfTheLowerHalfAndValuesOfTheUpper) {
  const auto example = recall()->make(Split::kTest, 0);
  ASSERT_EQ(example.inputs.size(), 127u);
  for (std::size_t t = 0; t < 127; ++t) EXPECT_EQ(example.inputs[t] < 8, t % 2 == 0);
}

TEST(InContextRecall, Scores56PositionsAnExample) { EXPECT_NEAR(mean_scored(*recall(), 4000), 56.0, 0.05); }

TEST(InContextRecall, LetsTwoKeysShareAValue) {
  const auto generator = recall({{"length", 1024}});  // long enough for all 8 keys to be shown
  int shared = 0;
  for (std::uint64_t i = 0; i < 100; ++i) {
    const auto example = generator->make(Split::kTest, i);
    std::set<std::int32_t> values;
    for (const auto target : example.targets) values.insert(target);
    shared += values.size() < 9;  // 8 values and kIgnore
  }
  EXPECT_GT(shared, 90);  // 8 values drawn of 8 are all different once in 416 times
}

TEST(InContextRecall, AsksOnlyTheLastPairBehindTheCopyPrefixWithASingleQuery) {
  const auto task = in_context_recall();
  const auto generator = recall({{"multi_query", 0}});
  ASSERT_EQ(task.input_length(with(task, {{"multi_query", 0}})), 128);
  for (std::uint64_t i = 0; i < 200; ++i) {
    const auto example = generator->make(Split::kTest, i);
    ASSERT_EQ(example.inputs.size(), 128u);
    EXPECT_EQ(scored(example.targets), 1);
    EXPECT_EQ(example.inputs[126], 15);
    EXPECT_EQ(std::count(example.inputs.begin(), example.inputs.end(), 15), 1);
    EXPECT_EQ(example.targets.back(), recall_oracle(example.inputs, 7, 15).back());
  }
}

TEST(InContextRecall, ShowsAsManyKeysAsItHasPairs) {
  const auto generator = recall({{"vocabulary", 256}, {"length", 64}, {"pairs", 8}});
  std::set<std::int32_t> all;
  std::size_t most = 0;
  for (std::uint64_t i = 0; i < 200; ++i) {
    const auto example = generator->make(Split::kTest, i);
    ASSERT_EQ(example.targets, recall_oracle(example.inputs, 128, 256));
    std::set<std::int32_t> keys;
    for (std::size_t t = 0; t < example.inputs.size(); t += 2) keys.insert(example.inputs[t]);
    ASSERT_LE(keys.size(), 8u);
    most = std::max(most, keys.size());
    all.insert(keys.begin(), keys.end());
  }
  EXPECT_EQ(most, 8u);
  EXPECT_EQ(all.size(), 128u);  // which they are is drawn anew for each example
}

TEST(InContextRecall, AsksForTheLastValueOfAKeyThatWasRewritten) {
  const auto generator = recall({{"vocabulary", 256}, {"length", 64}, {"pairs", 8}, {"rewritten", 0.3}});
  int repeated = 0;
  int changed = 0;
  for (std::uint64_t i = 0; i < 400; ++i) {
    const auto example = generator->make(Split::kTest, i);
    std::map<std::int32_t, std::int32_t> last;
    for (std::size_t t = 0; t + 1 < example.inputs.size(); t += 2) {
      const auto [key, value] = std::pair(example.inputs[t], example.inputs[t + 1]);
      const bool known = last.contains(key);
      const bool same = known && last.at(key) == value;
      repeated += known;
      changed += known && !same;
      if (example.targets[t] != kIgnore) {
        EXPECT_EQ(example.targets[t], value);
        EXPECT_TRUE(same) << "what is new can't be known";
      }
      last[key] = value;
    }
    EXPECT_EQ(example.targets.back(), last.at(example.inputs.back()));
  }
  EXPECT_NEAR(static_cast<double>(changed) / repeated, 0.3, 0.02);
}

TEST(InContextRecall, TrainsOnWhatIsAskedAloneIfTold) {
  const TaskValues small = {{"vocabulary", 64}, {"length", 32}};
  TaskValues asked = small;
  asked.set("train_asked", 1);
  const auto every = recall(small)->make(Split::kTrain, 5);
  const auto alone = recall(asked)->make(Split::kTrain, 5);
  EXPECT_EQ(alone.inputs, every.inputs);
  EXPECT_EQ(alone.targets, recall_oracle(alone.inputs, 32, 64));
}

TEST(InContextRecall, NeedsTwoKeysAndTwoValues) {
  const auto task = in_context_recall();
  EXPECT_EQ(task.valid(with(task, {{"vocabulary", 4}})), "");
  EXPECT_EQ(task.valid(with(task, {{"vocabulary", 4}, {"multi_query", 0}})),
            "vocabulary must leave at least 2 keys and 2 values: examples=12800 length=128 multi_query=0 vocabulary=4");
  EXPECT_EQ(task.valid(with(task, {{"length", 33}})),
            "length must be even: examples=12800 length=33 multi_query=1 vocabulary=16");
}

}  // namespace
}  // namespace madsearch
