#include "mad_tasks/noisy_in_context_recall.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/mad_tasks/oracles.h"

namespace madsearch {
namespace {

std::unique_ptr<Generator> noisy(const TaskValues& changes = {}) {
  return examples(noisy_in_context_recall(), changes, Protocol::kMadLab);
}

TEST(NoisyInContextRecall, AsksWhatItsHeaderShows) {
  const Tokens inputs = {2, 9, 13, 12, 0, 7, 15, 15, 2, 9, 0};
  Tokens targets(11, kIgnore);
  targets[8] = 9;
  targets[10] = 7;
  EXPECT_EQ(recall_oracle(inputs, 6, 12), targets);
}

TEST(NoisyInContextRecall, AsksForAValueFromItsKeysSecondShowingOnAndNothingOfNoise) {
  for (const double fraction : {0.0, 0.2, 0.8, 1.0}) {
    const auto generator = noisy({{"noise_fraction", fraction}});
    for (std::uint64_t i = 0; i < 300; ++i) {
      const auto example = generator->make(Split::kTest, i);
      ASSERT_EQ(example.targets, recall_oracle(example.inputs, 8, 16));
    }
  }
}

TEST(NoisyInContextRecall, PutsNoiseInPairsInTheirShareOfPlaces) {
  const auto generator = noisy({{"noise_fraction", 0.4}});
  int noise = 0;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    const auto example = generator->make(Split::kTest, i);
    for (std::size_t t = 0; t + 1 < 127; t += 2) {
      ASSERT_EQ(example.inputs[t] >= 16, example.inputs[t + 1] >= 16);
      noise += example.inputs[t] >= 16;
    }
    EXPECT_LT(example.inputs[126], 8);  // the key that is asked at the end
  }
  EXPECT_NEAR(noise / 1000.0, 0.4 * 62, 0.4);  // of 63 pairs one never is noise
}

TEST(NoisyInContextRecall, KeepsAPairInASequenceOfNoise) {
  const auto generator = noisy({{"noise_fraction", 1}, {"length", 16}});
  for (std::uint64_t i = 0; i < 500; ++i) {
    const auto example = generator->make(Split::kTest, i);
    EXPECT_EQ(std::count_if(example.inputs.begin(), example.inputs.end(), [](std::int32_t token) { return token < 8; }),
              2);
    EXPECT_EQ(scored(example.targets), 1);
  }
}

TEST(NoisyInContextRecall, TrainsOnEveryNextTokenNoiseIncluded) { expect_next_tokens(noisy()->make(Split::kTrain, 0)); }

TEST(NoisyInContextRecall, Scores43PositionsAnExample) { EXPECT_NEAR(mean_scored(*noisy(), 4000), 43.6, 0.2); }

TEST(NoisyInContextRecall, NeedsNoiseThatLeavesKeysAndValues) {
  const auto task = noisy_in_context_recall();
  EXPECT_NE(task.valid(with(task, {{"noise_vocabulary", 29}})), "");
  EXPECT_EQ(task.valid(with(task, {{"noise_vocabulary", 28}})), "");
  EXPECT_NE(task.valid(with(task, {{"noise_fraction", 1.5}})), "");
}

}  // namespace
}  // namespace madsearch
