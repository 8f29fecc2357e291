#include "engine/worker/metrics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "support.h"
#include "tests/golden/safetensors.h"

namespace madsearch {
namespace {

TEST(MetricsGolden, AgreeWithTheReference) {
  const auto folder = golden_folder();
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no golden vectors at " << folder;
  const auto tensors = testing::golden(folder / "metrics.safetensors");
  const auto cases = nlohmann::json::parse(std::ifstream(folder / "metrics.json"));
  ASSERT_FALSE(cases.empty());
  for (const auto& expected : cases) {
    const auto name = std::to_string(expected["case"].get<int>());
    const auto logits = tensors.at(name + ".logits").flatten(0, 1), targets = tensors.at(name + ".targets").flatten();
    const auto scored = targets.ne(-100).nonzero().squeeze(1);
    const auto metrics =
        batch_metrics(logits.index_select(0, scored).unsqueeze(0), targets.index_select(0, scored), true)[0];
    EXPECT_NEAR(metrics.macro, expected["macro_accuracy"].get<double>(), 1e-6);
    EXPECT_NEAR(metrics.micro, expected["micro_accuracy"].get<double>(), 1e-6);
    EXPECT_NEAR(metrics.loss, expected["loss"].get<double>(), 1e-5);
    EXPECT_NEAR(metrics.perplexity / expected["perplexity"].get<double>(), 1, 1e-5);
  }
}

TEST(Metrics, APredictedClassWithoutTargetCountsAsRecallZero) {
  const std::int64_t predictions[] = {0, 1, 2, 2}, targets[] = {0, 1, 1, 2};
  EXPECT_DOUBLE_EQ(macro_accuracy(predictions, targets, 4), (1 + 0.5 + 1) / 3);
  const std::int64_t strays[] = {0, 1, 3, 2};
  EXPECT_DOUBLE_EQ(macro_accuracy(strays, targets, 4), (1 + 0.5 + 1 + 0) / 4);
}

TEST(Metrics, EachReplicaHasItsOwn) {
  auto logits = at::zeros({2, 2, 3});
  logits[0][0][1] = 5;
  logits[0][1][2] = 5;
  logits[1][0][0] = 5;
  logits[1][1][2] = 5;
  const auto metrics = batch_metrics(logits, at::tensor({1, 2}, at::kLong), true);
  EXPECT_DOUBLE_EQ(metrics[0].micro, 1);
  EXPECT_DOUBLE_EQ(metrics[1].micro, 0.5);
  EXPECT_NEAR(metrics[0].loss, std::log(1 + 2 * std::exp(-5.0)), 1e-6);
}

TEST(Metrics, ASplitPoolsMicroAndAveragesMacroOverBatches) {
  SplitMetrics split;
  split.add({.micro = 1, .macro = 1, .loss = 1, .perplexity = 2, .scored = 10, .correct = 10}, 3);
  split.add({.micro = 0, .macro = 0, .loss = 3, .perplexity = 4, .scored = 30, .correct = 0}, 1);
  EXPECT_DOUBLE_EQ(split.micro(), 0.25);
  EXPECT_DOUBLE_EQ(split.macro(), 0.75);
  EXPECT_DOUBLE_EQ(split.loss(), 2.5);
  EXPECT_DOUBLE_EQ(split.perplexity(), 2.5);
}

}  // namespace
}  // namespace madsearch
