#include "engine/worker/examples.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "mad_tasks/table.h"

namespace madsearch {
namespace {

/// What a batch shows of example `row`: its inputs, and its targets with kIgnore where nothing is asked.
Example shown(const Batch& batch, std::int64_t row) {
  const auto length = batch.inputs.size(1);
  Example out;
  out.targets.assign(static_cast<std::size_t>(length), kIgnore);
  for (std::int64_t t = 0; t < length; ++t)
    out.inputs.push_back(static_cast<std::int32_t>(batch.inputs[row][t].item<std::int64_t>()));
  for (std::int64_t s = 0; s < batch.scored.size(0); ++s)
    if (const auto at = batch.scored[s].item<std::int64_t>() - row * length; at >= 0 && at < length)
      out.targets[static_cast<std::size_t>(at)] = static_cast<std::int32_t>(batch.targets[s].item<std::int64_t>());
  return out;
}

class ExamplesOf : public ::testing::TestWithParam<std::string> {
 protected:
  const Task& task = *find_task(GetParam());
  std::unique_ptr<Generator> generator = task.prepare(task.baseline, Seed{3}, Protocol::kMadsearch);
};

TEST_P(ExamplesOf, AreInABatchWhatTheGeneratorMade) {
  const Examples examples(*generator, Split::kValidationA, 9, 2);
  const std::int64_t index[] = {7, 0, 7, 3};
  const auto batch = examples.batch(index, 4, at::kCPU);
  for (std::int64_t row = 0; row < 4; ++row)
    EXPECT_EQ(shown(batch, row), generator->make(Split::kValidationA, static_cast<std::uint64_t>(index[row]))) << row;
  EXPECT_EQ(batch.scored.size(0), batch.targets.size(0));
  EXPECT_TRUE(batch.scored.equal(std::get<0>(batch.scored.sort()))) << "ascending";
}

TEST_P(ExamplesOf, KnowHowManyPositionsOfABatchAreScoredAtMost) {
  const Examples examples(*generator, Split::kValidationA, 9, 1);
  const auto most = examples.most_scored(3);
  const auto first = examples.batch(std::int64_t{0}, 1, at::kCPU).scored.size(0);
  bool vary = false;
  for (std::int64_t i = 0; i < 9; ++i) {
    const std::int64_t index[] = {i, i, i};
    const auto scored = examples.batch(index, 3, at::kCPU).scored.size(0);
    vary |= scored != 3 * first;
    if (most > 0) {
      EXPECT_LE(scored, most);
    }
  }
  EXPECT_EQ(vary, most > 0) << GetParam();
}

TEST_P(ExamplesOf, EndWithASmallerBatch) {
  const Examples examples(*generator, Split::kTest, 5, 1);
  const auto batch = examples.batch(3, 64, at::kCPU);
  ASSERT_EQ(batch.inputs.size(0), 2);
  EXPECT_EQ(shown(batch, 1), generator->make(Split::kTest, 4));
}

std::vector<std::string> names() {
  std::vector<std::string> out;
  for (const auto& task : tasks()) out.push_back(task.name);
  return out;
}

INSTANTIATE_TEST_SUITE_P(All, ExamplesOf, ::testing::ValuesIn(names()), [](const auto& info) {
  auto name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST(EpochOrder, ShowsEveryExampleOnceAndOtherwiseInEveryEpoch) {
  const auto first = epoch_order(50, Seed{1}, 0), second = epoch_order(50, Seed{1}, 1);
  EXPECT_EQ(first, epoch_order(50, Seed{1}, 0));
  EXPECT_NE(first, second);
  auto sorted = second;
  std::sort(sorted.begin(), sorted.end());
  for (std::int64_t i = 0; i < 50; ++i) EXPECT_EQ(sorted[static_cast<std::size_t>(i)], i);
}

}  // namespace
}  // namespace madsearch
