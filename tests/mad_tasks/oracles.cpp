#include "tests/mad_tasks/oracles.h"

#include <algorithm>
#include <map>
#include <stdexcept>

#include "mad_tasks/table.h"

namespace madsearch {

Tokens recall_oracle(const Tokens& inputs, std::int64_t keys, std::int64_t pairable) {
  Tokens out(inputs.size(), kIgnore);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i] >= keys) continue;
    for (std::size_t j = 0; j + 1 < i; ++j)  // the value that stands behind the same key earlier, if there is one
      if (inputs[j] == inputs[i] && inputs[j + 1] >= keys && inputs[j + 1] < pairable) out[i] = inputs[j + 1];
  }
  return out;
}

Tokens fuzzy_oracle(const Tokens& inputs, std::int64_t keys, std::int64_t padding) {
  Tokens out(inputs.size(), kIgnore);
  std::map<Tokens, Tokens> values;
  const auto is_key = [&](std::size_t i) { return i < inputs.size() && inputs[i] < keys; };
  const auto is_value = [&](std::size_t i) { return i < inputs.size() && inputs[i] >= keys && inputs[i] < padding; };
  for (std::size_t i = 0; i < inputs.size();) {
    if (!is_key(i)) {
      ++i;
      continue;
    }
    Tokens key, value;
    while (is_key(i)) key.push_back(inputs[i++]);
    const std::size_t last_key = i - 1;
    while (is_value(i)) value.push_back(inputs[i++]);
    if (const auto known = values.find(key); known != values.end()) {
      for (std::size_t n = 0; n < known->second.size() && last_key + n < inputs.size(); ++n)
        out[last_key + n] = known->second[n];
    } else if (i == inputs.size()) {  // the pair at the end was never shown: its last value is not among the inputs
      for (std::size_t n = 0; n < value.size(); ++n) out[last_key + n] = kUnknown;
      out.back() = kUnknown;
    } else {
      values[key] = value;
    }
  }
  return out;
}

Tokens copying_oracle(const Tokens& inputs, std::int32_t copy, std::int32_t blank) {
  Tokens out(inputs.size(), kIgnore), content;
  std::size_t at = 0;
  for (; inputs.at(at) != copy; ++at)
    if (inputs[at] != blank) content.push_back(inputs[at]);
  for (const auto token : content) out.at(++at) = token;
  return out;
}

std::vector<TaskSetting> sweep(const Task& task) {
  std::vector<TaskSetting> out = {{task.name, task.baseline, "baseline"}};
  for (const auto& axis : task.axes)
    for (const double value : axis.values) out.push_back({task.name, with(task, {{axis.name, value}}), axis.name});
  return out;
}

const Task& task_named(const std::string& name) {
  if (const Task* task = find_task(name)) return *task;
  throw std::invalid_argument("no task " + name);
}

TaskValues with(const Task& task, const TaskValues& changes) {
  auto out = task.baseline;
  for (const auto& [name, value] : changes) {
    if (!out.has(name) && !task.added.has(name)) throw std::invalid_argument(task.name + " has no " + name);
    task.set(out, name, value);
  }
  return out;
}

std::string test_name(const testing::TestParamInfo<std::size_t>& row) {
  auto name = tasks()[row.param].name;
  std::erase(name, '-');
  return name;
}

std::unique_ptr<Generator> examples(const Task& task, const TaskValues& changes, Protocol protocol, Seed seed) {
  return task.prepare(with(task, changes), seed, protocol);
}

void expect_next_tokens(const Example& example) {
  EXPECT_EQ(Tokens(example.targets.begin(), example.targets.end() - 1),
            Tokens(example.inputs.begin() + 1, example.inputs.end()));
}

std::int64_t scored(const Tokens& targets) {
  return std::count_if(targets.begin(), targets.end(), [](std::int32_t target) { return target != kIgnore; });
}

double mean_scored(const Generator& generator, std::uint64_t n) {
  std::int64_t out = 0;
  for (std::uint64_t i = 0; i < n; ++i) out += scored(generator.make(Split::kTest, i).targets);
  return static_cast<double>(out) / static_cast<double>(n);
}

}  // namespace madsearch
