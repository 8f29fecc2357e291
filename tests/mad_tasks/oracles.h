#pragma once
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "mad_tasks/task.h"

namespace madsearch {

using Tokens = std::vector<std::int32_t>;

/// The test targets of `inputs`, found from inputs alone by each task's rule and not as the task makes them: kIgnore
/// where nothing is asked. A value asked for that inputs never showed is `kUnknown`.
inline constexpr std::int32_t kUnknown = -1;
Tokens recall_oracle(const Tokens& inputs, std::int64_t keys, std::int64_t pairable);
Tokens fuzzy_oracle(const Tokens& inputs, std::int64_t keys, std::int64_t padding);
Tokens copying_oracle(const Tokens& inputs, std::int32_t copy, std::int32_t blank);

/// All settings of the sweep of `task`, the baseline first.
std::vector<TaskSetting> sweep(const Task& task);
/// Throws std::invalid_argument if there is none.
const Task& task_named(const std::string& name);
/// The name of a test of a task of the table: its own, without hyphens.
std::string test_name(const testing::TestParamInfo<std::size_t>& row);
/// `task`'s baseline with some values changed. Throws std::invalid_argument for a setting that it doesn't have.
TaskValues with(const Task& task, const TaskValues& changes);
/// Examples of `task` at its baseline with some values changed.
std::unique_ptr<Generator> examples(const Task& task, const TaskValues& changes = {},
                                    Protocol protocol = Protocol::kMadsearch, Seed seed = {3});
/// How many targets are scored.
std::int64_t scored(const Tokens& targets);
/// Fails unless each target but the last is the next input, as in training.
void expect_next_tokens(const Example& example);
/// Mean of scored positions an example, over examples 0 .. n-1 of the test split.
double mean_scored(const Generator& generator, std::uint64_t n);

}  // namespace madsearch
