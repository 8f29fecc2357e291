#include "mad_tasks/selective_copying.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/mad_tasks/oracles.h"

namespace madsearch {
namespace {

std::unique_ptr<Generator> copying(const TaskValues& changes = {}) { return examples(selective_copying(), changes); }

TEST(SelectiveCopying, AsksWhatItsHeaderShows) {
  EXPECT_EQ(copying_oracle({3, 2, 3, 3, 0, 4, 3, 3}, 4, 3),
            (Tokens{kIgnore, kIgnore, kIgnore, kIgnore, kIgnore, kIgnore, 2, 0}));
}

TEST(SelectiveCopying, AsksForItsContentInOrderAtTheEnd) {
  for (const TaskValues& changes :
       {TaskValues{}, {{"copies", 96}}, {{"vocabulary", 4}, {"length", 34}}, {{"copies", 1}, {"length", 4}}}) {
    const auto values = with(selective_copying(), changes);
    const auto copy = static_cast<std::int32_t>(values.count("vocabulary") - 1);
    const auto copies = static_cast<std::size_t>(values.count("copies"));
    const auto generator = copying(changes);
    for (const auto split : {Split::kTrain, Split::kTest})
      for (std::uint64_t i = 0; i < 200; ++i) {
        const auto example = generator->make(split, i);
        ASSERT_EQ(example.inputs.size(), static_cast<std::size_t>(values.count("length")));
        ASSERT_EQ(example.targets, copying_oracle(example.inputs, copy, copy - 1));
        EXPECT_EQ(example.inputs[example.inputs.size() - copies - 1], copy);
        const auto before = example.inputs[example.inputs.size() - copies - 2];
        EXPECT_LT(before, copy - 1) << "content stands directly before the copy token";
        EXPECT_EQ(scored(example.targets), static_cast<std::int64_t>(copies));
      }
  }
}

TEST(SelectiveCopying, ScattersBlanksAlikeInFrontOfEachContentToken) {
  const auto generator = copying({{"copies", 4}, {"length", 49}});  // 40 blanks
  std::vector<double> blanks(4);
  std::vector<double> squares(4);
  for (std::uint64_t i = 0; i < 5000; ++i) {
    const auto inputs = generator->make(Split::kTest, i).inputs;
    std::size_t at = 0;
    for (std::size_t gap = 0; gap < 4; ++gap, ++at) {
      const auto start = at;
      while (inputs[at] == 14) ++at;
      const auto n = static_cast<double>(at - start);
      blanks[gap] += n / 5000;
      squares[gap] += n * n / 5000;
    }
  }
  for (std::size_t gap = 0; gap < 4; ++gap) {
    EXPECT_NEAR(blanks[gap], 10, 0.2);
    EXPECT_NEAR(squares[gap] - blanks[gap] * blanks[gap], 7.5, 0.6);  // binomial: 40 draws of 1/4
  }
}

TEST(SelectiveCopying, NeedsRoomForItsCopies) {
  const auto task = selective_copying();
  EXPECT_EQ(task.valid(with(task, {{"copies", 127}})), "");
  EXPECT_EQ(task.valid(with(task, {{"copies", 128}})),
            "length must be at least 2 copies + 2: copies=128 examples=12800 length=256 vocabulary=16");
}

}  // namespace
}  // namespace madsearch
