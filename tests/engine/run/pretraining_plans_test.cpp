#include "engine/run/pretraining_plans.h"

#include <gtest/gtest.h>

#include "configs/errors.h"
#include "engine/dispatch/interrupted.h"
#include "search/architecture/parser.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

RunConfig with_pretraining(const std::string& stub) {
  RunConfig out;
  out.battery.width = 32;
  out.limits.stages = 4;
  out.pretrain.place = "quick.yaml:9";
  out.pretrain.members = 2;
  out.pretrain.controls = {find_design("mamba", in_source("configs"))};
  out.pretrain.data = in_source("tests/data/speeches");
  out.pretrain.separator = "none";
  out.pretrain.flops = 1e12;
  out.pretrain.parameters = 20'000;
  out.pretrain.learning_rates = {1e-3};
  out.workers.pools[0].command = "MADSEARCH_STUB=milliseconds=1" + stub + " " + in_build("tests/stub_worker");
  return out;
}

TEST(PretrainingPlans, AreMadeOfTheControlsTheHandDesignsAndTransformer) {
  auto config = with_pretraining("");
  auto gla = find_design("gla", in_source("configs"));
  gla.genome = repeated(gla, 4);
  config.seeds = {{"the same", transformer(4), "", ""}, gla};
  Coordinator workers(config.workers);
  const auto plans = plan_pretraining(config, workers);
  ASSERT_EQ(plans.size(), 3u);
  EXPECT_EQ(plans[0].record.role, "transformer++");
  EXPECT_EQ(short_text(plans[0].record.text), "[attention swiglu]x2");
  EXPECT_EQ(plans[1].record.role, "mamba");
  EXPECT_EQ(plans[2].record.role, "gla");
  EXPECT_EQ(short_text(plans[2].record.text), "[gla swiglu]x2");
  EXPECT_FALSE(plans[0].record.bits_per_byte);  // nothing was trained
}

/// Why plans of pretrainings by such a stub end a run.
std::string refusal(const std::string& stub) {
  const auto config = with_pretraining(stub);
  Coordinator workers(config.workers);
  try {
    plan_pretraining(config, workers);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

TEST(PretrainingPlans, RefuseARunWithTheWorkersSentence) {
  EXPECT_EQ(refusal(",refuse=1"), "quick.yaml:9: \"transformer++\" can't be pretrained: the stub was asked to refuse");
  EXPECT_EQ(refusal(",room=8"),
            "quick.yaml:9: \"transformer++\" can't be pretrained: not tried: the stub was asked to refuse");
}

TEST(PretrainingPlans, AreNoneWithoutPretraining) {
  auto config = with_pretraining(",refuse=1");
  config.pretrain.members = 0;
  Coordinator workers(config.workers);
  EXPECT_TRUE(plan_pretraining(config, workers).empty());
}

TEST(PretrainingPlans, EndWhenTheUserAsks) {
  const auto config = with_pretraining("");
  Coordinator workers(config.workers);
  const std::atomic<bool> stop = true;
  EXPECT_THROW(plan_pretraining(config, workers, &stop), Interrupted);
}

TEST(PretrainRequests, SayWhatTheConfigurationSays) {
  auto config = with_pretraining("");
  const auto request = pretrain_request(config, "an id", "mamba");
  EXPECT_EQ(request.id, "an id");
  EXPECT_EQ(request.separator, "none");
  EXPECT_EQ(request.base_width, 32);
  EXPECT_EQ(request.learning_rates, config.pretrain.learning_rates);
  EXPECT_FALSE(request.plan_only);
}

}  // namespace
}  // namespace madsearch
