#include "mad_tasks/compression.h"

#include <gtest/gtest.h>

#include "tests/mad_tasks/oracles.h"

namespace madsearch {
namespace {

TEST(Compression, AsksForEveryTokenOfItsInputs) {
  const auto generator = examples(compression());
  for (const auto split : {Split::kTrain, Split::kTest})
    for (std::uint64_t i = 0; i < 200; ++i) {
      const auto example = generator->make(split, i);
      ASSERT_EQ(example.inputs.size(), 32u);
      EXPECT_EQ(example.targets, example.inputs);
      for (std::size_t t = 0; t < 32; ++t) EXPECT_EQ(example.inputs[t] == 15, t == 31);
    }
}

TEST(Compression, DrawsItsTokensAlikeAndIndependently) {
  const auto generator = examples(compression(), {{"vocabulary", 5}, {"length", 9}});
  std::vector<int> pairs(16);
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    const auto inputs = generator->make(Split::kTrain, i).inputs;
    for (std::size_t t = 0; t + 2 < inputs.size(); ++t)
      ++pairs[static_cast<std::size_t>(inputs[t] * 4 + inputs[t + 1])];
  }
  for (const int times : pairs) EXPECT_NEAR(times / 70'000.0, 1 / 16.0, 0.003);
}

TEST(Compression, IsLearntByTheAutoEncoderAndCountsForNoFeasibility) {
  EXPECT_EQ(compression().backbone, Backbone::kAutoEncoder);
  EXPECT_FALSE(compression().recall_or_copying);
}

TEST(Compression, NeedsATokenToCompress) {
  const auto task = compression();
  EXPECT_EQ(task.valid(with(task, {{"length", 2}})), "");
  EXPECT_EQ(task.valid(with(task, {{"length", 1}})),
            "length must be an integer of at least 2: examples=12800 length=1 vocabulary=16");
}

}  // namespace
}  // namespace madsearch
