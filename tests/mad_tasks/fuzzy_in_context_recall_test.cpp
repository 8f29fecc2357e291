#include "mad_tasks/fuzzy_in_context_recall.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "tests/mad_tasks/oracles.h"

namespace madsearch {
namespace {

std::unique_ptr<Generator> fuzzy(Protocol protocol, const TaskValues& changes = {}) {
  return examples(fuzzy_in_context_recall(), changes, protocol);
}

/// The motifs of a sequence: runs of key tokens and runs of value tokens, padding left out.
std::vector<Tokens> runs(const Tokens& tokens, std::int32_t keys, std::int32_t padding) {
  std::vector<Tokens> out;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i] >= padding) continue;
    if (i == 0 || tokens[i - 1] >= padding || (tokens[i] < keys) != (tokens[i - 1] < keys)) out.emplace_back();
    out.back().push_back(tokens[i]);
  }
  return out;
}

TEST(FuzzyInContextRecall, AsksWhatItsHeaderShows) {
  Tokens targets(15, kIgnore);
  targets[10] = 7;
  targets[11] = 5;
  targets[14] = 6;
  EXPECT_EQ(fuzzy_oracle({8, 8, 1, 0, 7, 5, 2, 0, 6, 1, 0, 7, 5, 2, 0}, 4, 8), targets);
}

TEST(FuzzyInContextRecall, AsksForEveryTokenOfAValueFromItsKeysSecondShowingOn) {
  for (const TaskValues& changes : {TaskValues{},
                                    {{"length", 512}},
                                    {{"vocabulary", 32}, {"key_motif", 1}, {"value_motif", 4}},
                                    {{"length", 18}},
                                    {{"vocabulary", 6}, {"key_motif", 2}, {"value_motif", 1}}}) {
    const auto padding = with(fuzzy_in_context_recall(), changes).count("vocabulary") - 1;
    const auto generator = fuzzy(Protocol::kMadsearch, changes);
    for (std::uint64_t i = 0; i < 500; ++i) {
      const auto example = generator->make(Split::kTest, i);
      ASSERT_EQ(example.targets, fuzzy_oracle(example.inputs, padding / 2, padding));
      EXPECT_NE(example.targets.back(), kIgnore);
    }
  }
}

TEST(FuzzyInContextRecall, AlwaysShowsTheLastPairUnlessItDoesAsMadLab) {
  const auto task = fuzzy_in_context_recall();
  double hidden = 0;
  double hidden_tokens = 0;
  double all = 0;
  const auto as_mad_lab = fuzzy(Protocol::kMadLab);
  const auto ours = fuzzy(Protocol::kMadsearch);
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    const auto unknown = [&](const Example& example) {
      const auto oracle = fuzzy_oracle(example.inputs, 7, 15);
      return std::count(oracle.begin(), oracle.end(), kUnknown);
    };
    ASSERT_EQ(unknown(ours->make(Split::kTest, i)), 0);
    const auto example = as_mad_lab->make(Split::kTest, i);
    const auto n = unknown(example);
    hidden += n > 0;
    hidden_tokens += static_cast<double>(n);
    all += static_cast<double>(scored(example.targets));
  }
  EXPECT_NEAR(hidden / 20'000, 0.024, 0.003);
  EXPECT_NEAR(task.oracle(task.baseline, Protocol::kMadLab), 1 - hidden_tokens / all, 0.002);
  EXPECT_EQ(task.oracle(task.baseline, Protocol::kMadsearch), 1);
}

TEST(FuzzyInContextRecall, ShowsTheLastPairAtEveryPlaceAlike) {
  const auto generator = fuzzy(Protocol::kMadsearch, {{"vocabulary", 128}});  // where no key comes up by chance
  int early = 0;
  for (std::uint64_t i = 0; i < 4000; ++i) {
    const auto inputs = generator->make(Split::kTest, i).inputs;
    auto end = inputs.end();  // of the key motif of the last pair
    while (end[-1] >= 63) --end;
    early += std::search(inputs.begin(), end - 3, end - 3, end) < inputs.begin() + 64;
  }
  EXPECT_NEAR(early / 4000.0, 0.5, 0.08);
}

TEST(FuzzyInContextRecall, HasMotifsOfDifferentTokensInEveryOrderAlike) {
  const auto generator = fuzzy(Protocol::kMadsearch, {{"vocabulary", 9}, {"key_motif", 2}, {"value_motif", 2}});
  std::map<Tokens, int> seen;
  int all = 0;
  for (std::uint64_t i = 0; i < 2000; ++i)
    for (const auto& motif : runs(generator->make(Split::kTest, i).inputs, 4, 8)) {
      if (motif[0] >= 4) continue;
      ++seen[motif];
      ++all;
    }
  ASSERT_EQ(seen.size(), 12u);  // ordered pairs of 4 tokens
  for (const auto& [motif, times] : seen) EXPECT_NEAR(times, all / 12.0, all / 12.0 * 0.05);
}

TEST(FuzzyInContextRecall, HasFullKeyMotifsOutsideOfTrainingAndAllSizesInIt) {
  const auto generator = fuzzy(Protocol::kMadsearch);
  std::set<std::size_t> test_keys;
  std::set<std::size_t> train_keys;
  std::set<std::size_t> values;
  for (std::uint64_t i = 0; i < 300; ++i)
    for (const auto split : {Split::kTest, Split::kTrain}) {
      const auto inputs = generator->make(split, i).inputs;
      for (const auto& motif : runs(inputs, 7, 15)) {
        EXPECT_EQ(std::set<std::int32_t>(motif.begin(), motif.end()).size(), motif.size());
        (motif[0] >= 7 ? values : split == Split::kTest ? test_keys : train_keys).insert(motif.size());
      }
    }
  EXPECT_EQ(test_keys, (std::set<std::size_t>{3}));
  EXPECT_EQ(train_keys, (std::set<std::size_t>{1, 2, 3}));
  EXPECT_EQ(values, (std::set<std::size_t>{1, 2, 3}));
}

TEST(FuzzyInContextRecall, TrainsOnEveryNextTokenPaddingIncluded) {
  const auto generator = fuzzy(Protocol::kMadsearch);
  for (std::uint64_t i = 0; i < 100; ++i) {
    const auto example = generator->make(Split::kTrain, i);
    EXPECT_EQ(example.inputs[0], 15);
    expect_next_tokens(example);
  }
}

TEST(FuzzyInContextRecall, ScoresFourPositionsAnExampleTwoOfThemAtTheEnd) {
  EXPECT_NEAR(mean_scored(*fuzzy(Protocol::kMadLab), 10'000), 4.4, 0.12);
  EXPECT_NEAR(mean_scored(*fuzzy(Protocol::kMadLab, {{"multi_query", 0}}), 10'000), 2.0, 0.03);
}

TEST(FuzzyInContextRecall, AsksOnlyTheLastPairBehindTheCopyPrefixWithASingleQuery) {
  const auto generator = fuzzy(Protocol::kMadsearch, {{"multi_query", 0}});
  for (std::uint64_t i = 0; i < 300; ++i) {
    const auto example = generator->make(Split::kTest, i);
    const auto prefix = std::find(example.inputs.begin(), example.inputs.end(), 15) - example.inputs.begin();
    Tokens expected = fuzzy_oracle(example.inputs, 7, 14);
    for (std::ptrdiff_t t = 0; t < prefix; ++t) expected[static_cast<std::size_t>(t)] = kIgnore;
    ASSERT_EQ(example.targets, expected);
  }
}

TEST(FuzzyInContextRecall, NeedsTokensForItsMotifsAndRoomForThem) {
  const auto task = fuzzy_in_context_recall();
  EXPECT_EQ(task.valid(with(task, {{"vocabulary", 7}})), "");
  EXPECT_NE(task.valid(with(task, {{"vocabulary", 6}})), "");
  EXPECT_EQ(task.valid(with(task, {{"length", 18}})), "");
  EXPECT_EQ(task.valid(with(task, {{"length", 17}})),
            "length must be at least 3 (key_motif + value_motif): " + with(task, {{"length", 17}}).text());
}

}  // namespace
}  // namespace madsearch
