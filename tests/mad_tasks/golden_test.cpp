// The reference's examples and ours need not be equal token by token; what they show is structure.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "mad_tasks/table.h"
#include "tests/golden/safetensors.h"
#include "tests/mad_tasks/oracles.h"

namespace madsearch {
namespace {

class GoldenTasks : public testing::TestWithParam<std::size_t> {
 protected:
  void SetUp() override {
    const auto path = golden_folder() / ("task." + task().name + ".safetensors");
    if (!std::filesystem::exists(path))
      GTEST_SKIP() << "no golden vectors: " << path.string() << " is missing (MADSEARCH_GOLDEN)";
    tensors_ = read_safetensors(path);
    for (const auto& entry : nlohmann::json::parse(std::ifstream(golden_folder() / "tasks.json")))
      if (entry.at("task") == task().name) facts_ = entry;
    ours_ = task().prepare(task().baseline, Seed{5}, Protocol::kMadLab);
  }
  const Task& task() const { return tasks()[GetParam()]; }

  /// The reference's examples of "train" or "test".
  std::vector<Example> golden(const std::string& split) const {
    const auto& inputs = tensors_.at(split + ".inputs");
    const auto T = inputs.shape.at(1);
    std::vector<Example> out;
    for (std::int64_t b = 0; b < inputs.shape[0]; ++b) {
      const auto row = [&](const GoldenTensor& from) {
        return Tokens(from.integer.begin() + b * T, from.integer.begin() + (b + 1) * T);
      };
      out.push_back({row(inputs), row(tensors_.at(split + ".targets"))});
    }
    return out;
  }
  std::vector<Example> ours(Split split, std::uint64_t n) const {
    std::vector<Example> out;
    for (std::uint64_t i = 0; i < n; ++i) out.push_back(ours_->make(split, i));
    return out;
  }
  /// The targets that a test example must have, kUnknown where they cannot be known; for tasks that tell from inputs
  /// alone.
  Tokens oracle(const Tokens& inputs) const {
    if (task().name == "in-context-recall") return recall_oracle(inputs, 8, 16);
    if (task().name == "noisy-in-context-recall") return recall_oracle(inputs, 8, 16);
    if (task().name == "fuzzy-in-context-recall") return fuzzy_oracle(inputs, 7, 15);
    if (task().name == "selective-copying") return copying_oracle(inputs, 15, 14);
    if (task().name == "compression") return inputs;
    Tokens out(inputs.size(), kIgnore);  // memorization: by the map of the file
    const auto& keys = tensors_.at("kv_keys").integer;
    const auto& values = tensors_.at("kv_values").integer;
    for (std::size_t t = 0; t < inputs.size(); t += 2)
      out[t + 1] = static_cast<std::int32_t>(
          values[static_cast<std::size_t>(std::find(keys.begin(), keys.end(), inputs[t]) - keys.begin())]);
    return out;
  }

  std::map<std::string, GoldenTensor> tensors_;
  nlohmann::json facts_;
  std::unique_ptr<Generator> ours_;
};

/// How often each token occurs, as a share of all; kIgnore counts as token -1.
std::vector<double> shares(const std::vector<Example>& examples, std::int64_t vocabulary, Tokens Example::*which) {
  std::vector<double> out(static_cast<std::size_t>(vocabulary + 1));
  double all = 0;
  for (const auto& example : examples)
    for (const auto token : example.*which) {
      ++out[static_cast<std::size_t>(std::max(token, -1) + 1)];
      ++all;
    }
  for (auto& share : out) share /= all;
  return out;
}

TEST_P(GoldenTasks, HaveTheBaselineOfTheReference) {
  const auto& settings = facts_.at("settings");
  const std::map<std::string, std::string> names = {
      {"vocabulary", "vocab_size"},       {"length", "seq_len"},
      {"examples", "num_train_examples"}, {"multi_query", "multi_query"},
      {"noise_fraction", "frac_noise"},   {"noise_vocabulary", "noise_vocab_size"},
      {"key_motif", "k_motif_size"},      {"value_motif", "v_motif_size"},
      {"copies", "num_tokens_to_copy"}};
  std::size_t n = 0;
  for (const auto& [name, value] : task().baseline) {
    const auto& theirs = settings.at(names.at(name));
    EXPECT_EQ(theirs.is_boolean() ? double(theirs.get<bool>()) : theirs.get<double>(), value) << name;
    ++n;
  }
  EXPECT_EQ(settings.size(), n);
  EXPECT_EQ(facts_.at("input_len"), task().input_length(task().baseline));
}

TEST_P(GoldenTasks, AskForTheSameByTheSameRule) {
  auto examples = golden("test");
  if (task().name != "memorization")  // our map is another one
    for (const auto& example : ours(Split::kTest, 64)) examples.push_back(example);
  for (const auto& [inputs, targets] : examples) {
    auto expected = oracle(inputs);
    for (std::size_t t = 0; t < expected.size(); ++t)
      if (expected[t] == kUnknown) expected[t] = targets[t];
    ASSERT_EQ(targets, expected);
  }
}

TEST_P(GoldenTasks, TrainOnTheSame) {
  const bool next_token = task().name.find("recall") != std::string::npos;
  for (const auto& examples : {golden("train"), ours(Split::kTrain, 64)})
    for (const auto& [inputs, targets] : examples) {
      if (next_token) {
        expect_next_tokens({inputs, targets});
      } else {
        ASSERT_EQ(scored(targets), scored(golden("test")[0].targets));
      }
    }
}

TEST_P(GoldenTasks, UseTokensEquallyOften) {
  for (const auto& [name, split] : {std::pair{"train", Split::kTrain}, {"test", Split::kTest}})
    for (const auto which : {&Example::inputs, &Example::targets}) {
      if (task().name == "memorization" && which == &Example::targets)
        continue;  // the value that is never used is another one
      const auto V = task().vocabulary(task().baseline);
      const auto a = shares(golden(name), V, which);
      const auto b = shares(ours(split, 2000), V, which);
      const double tokens = 64.0 * static_cast<double>(golden(name)[0].inputs.size());
      for (std::size_t token = 0; token < a.size(); ++token) {
        EXPECT_TRUE(b[token] > 0 || a[token] == 0) << name << " never has token " << static_cast<int>(token) - 1;
        // tokens of a sequence depend on each other: at most as if every eighth were drawn
        EXPECT_NEAR(a[token], b[token], 5 * std::sqrt(8 * b[token] / tokens))
            << name << ", token " << static_cast<int>(token) - 1;
      }
    }
}

TEST_P(GoldenTasks, ScoreAsManyPositionsFromTheSameOneOn) {
  const double theirs = facts_.at("scored_per_test_example");  // of 512 examples
  const auto examples = ours(Split::kTest, 4000);
  double all = 0;
  double squares = 0;
  std::size_t first = 1000;
  std::set<std::int32_t> distinct;
  for (const auto& example : examples) {
    const auto n = static_cast<double>(scored(example.targets));
    all += n;
    squares += n * n;
    for (std::size_t t = 0; t < example.targets.size(); ++t) {
      if (example.targets[t] == kIgnore) continue;
      first = std::min(first, t);
      distinct.insert(example.targets[t]);
    }
  }
  const double mean = all / 4000;
  const double variance = squares / 4000 - mean * mean;
  EXPECT_NEAR(theirs, mean, 4 * std::sqrt(std::max(variance, 0.0) / 512 + variance / 4000) + 1e-9);
  EXPECT_LE(std::llabs(facts_.at("first_scored_pos_min").get<std::int64_t>() - static_cast<std::int64_t>(first)), 4);
  EXPECT_EQ(facts_.at("distinct_targets"), distinct.size());
}

TEST_P(GoldenTasks, LeaveAsMuchToAPerfectPredictor) {
  EXPECT_NEAR(task().oracle(task().baseline, Protocol::kMadLab), facts_.at("oracle_micro"), 0.005);
}

INSTANTIATE_TEST_SUITE_P(Table, GoldenTasks, testing::Range(std::size_t{0}, tasks().size()), test_name);

}  // namespace
}  // namespace madsearch
