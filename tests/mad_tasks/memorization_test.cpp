#include "mad_tasks/memorization.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "tests/mad_tasks/oracles.h"

namespace madsearch {
namespace {

using Map = std::map<std::int32_t, std::int32_t>;

std::unique_ptr<Generator> memorize(const TaskValues& changes, Seed seed, Protocol protocol = Protocol::kMadsearch) {
  return examples(memorization(), changes, protocol, seed);
}

/// Keys to values as the first n examples of a split show them; fails if a key has two values.
Map shown(const Generator& generator, Split split, std::uint64_t n) {
  Map out;
  for (std::uint64_t i = 0; i < n; ++i) {
    const auto example = generator.make(split, i);
    for (std::size_t t = 0; t + 1 < example.inputs.size(); t += 2) {
      const auto [known, fresh] = out.emplace(example.inputs[t], example.targets[t + 1]);
      EXPECT_EQ(known->second, example.targets[t + 1]);
    }
  }
  return out;
}

TEST(Memorization, AsksForTheValueAtTheInsertTokenBehindEachKey) {
  for (const auto split : {Split::kTrain, Split::kTest}) {
    const auto example = memorize({}, Seed{3})->make(split, 0);
    ASSERT_EQ(example.inputs.size(), 32u);
    for (std::size_t t = 0; t < 32; t += 2) {
      EXPECT_LT(example.inputs[t], 127);
      EXPECT_EQ(example.targets[t], kIgnore);
      EXPECT_EQ(example.inputs[t + 1], 255);
      EXPECT_TRUE(example.targets[t + 1] >= 127 && example.targets[t + 1] < 255);
    }
  }
}

TEST(Memorization, HasOneMapWithAValueOfItsOwnForEachKeyInAllSplits) {
  const auto generator = memorize({}, Seed{3});
  const auto map = shown(*generator, Split::kTest, 500);
  EXPECT_EQ(map.size(), 127u);
  std::set<std::int32_t> values;
  for (const auto& [key, value] : map) values.insert(value);
  EXPECT_EQ(values.size(), 127u);
  for (const auto split : {Split::kTrain, Split::kValidationA, Split::kValidationB})
    EXPECT_EQ(shown(*generator, split, 500), map);
}

TEST(Memorization, DrawsItsMapFromTheSeedUnlessItDoesAsMadLab) {
  EXPECT_NE(shown(*memorize({}, Seed{3}), Split::kTest, 500), shown(*memorize({}, Seed{4}), Split::kTest, 500));
  const auto a = memorize({}, Seed{3}, Protocol::kMadLab);
  const auto b = memorize({}, Seed{4}, Protocol::kMadLab);
  EXPECT_EQ(shown(*a, Split::kTest, 500), shown(*b, Split::kTest, 500));
  EXPECT_NE(a->make(Split::kTest, 0).inputs, b->make(Split::kTest, 0).inputs);
}

TEST(Memorization, MapsWithoutAPattern) {
  const auto map = shown(*memorize({{"vocabulary", 1024}}, Seed{3}), Split::kTest, 2000);
  ASSERT_EQ(map.size(), 511u);
  int ascents = 0;
  for (auto at = std::next(map.begin()); at != map.end(); ++at) ascents += at->second > std::prev(at)->second;
  EXPECT_NEAR(ascents / 510.0, 0.5, 0.06);
}

TEST(Memorization, KnowsWhatItsTrainingExamplesShow) {
  const auto task = memorization();
  for (const double vocabulary : {512.0, 4096.0, 8192.0}) {
    const auto values = with(task, {{"vocabulary", vocabulary}});
    const auto generator = memorize({{"vocabulary", vocabulary}}, Seed{3});
    const auto known = shown(*generator, Split::kTrain, 256);
    double right = 0;
    for (std::uint64_t i = 0; i < 2000; ++i) {
      const auto example = generator->make(Split::kTest, i);
      for (std::size_t t = 0; t < 32; t += 2) right += known.contains(example.inputs[t]);
    }
    EXPECT_NEAR(task.oracle(values, Protocol::kMadsearch), right / 32'000, 0.012) << vocabulary;
    EXPECT_EQ(task.oracle(values, Protocol::kMadLab), 1);
  }
}

TEST(Memorization, HasTheSizesItsHeaderShows) {
  const auto map = shown(*memorize({{"vocabulary", 6}, {"length", 6}}, Seed{3}), Split::kTest, 100);
  ASSERT_EQ(map.size(), 2u);
  EXPECT_TRUE(map.contains(0) && map.contains(1));
  for (const auto& [key, value] : map) EXPECT_TRUE(value >= 2 && value <= 4) << value;
}

}  // namespace
}  // namespace madsearch
