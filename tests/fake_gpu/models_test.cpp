// Whole models on the fake GPU: what a worker does with a design.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "engine/worker/checkpoint.h"
#include "engine/worker/model.h"
#include "engine/worker/optimizer.h"
#include "engine/worker/trainer.h"
#include "engine/worker/training_step.h"
#include "fake_gpu.h"
#include "support.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

using testing::distance;
using testing::request;

/// Two replicas on their way: model, optimizer, a step.
struct Training {
  Model model;
  AdamW optimizer;
  TrainingStep step;

  Training(const std::string& design, const at::Device& device)
      : model(testing::sized(design, 32, 24), options(device)),
        optimizer(model, {1e-3, 2e-3}, {0.1, 0}, {.clip = 1, .vectors = true}),
        step(model, optimizer) {}

  static ModelOptions options(const at::Device& device) {
    auto out = testing::model_options(32, 16, 24, {1, 2});
    out.options = out.options.device(device);
    return out;
  }

  at::Tensor losses_of_step(std::int64_t i) {
    const auto tokens = (at::arange(4 * 24, at::kLong) * (7 + i)).remainder(16).view({4, 24});
    const auto scored = at::arange(0, 4 * 24, 2, at::kLong);
    const auto device = optimizer.values().device();
    return step({tokens.to(device), scored.to(device), scored.remainder(16).to(device)}, 1);
  }
};

class ModelOnFakeGpu : public ::testing::TestWithParam<const char*> {};

/// Under autocast, as a GPU trains: losses within bf16's three digits of the CPU's.
TEST_P(ModelOnFakeGpu, TrainsAsOnTheCpu) {
  Training there(GetParam(), fake_gpu());
  Training here(GetParam(), at::kCPU);
  for (int i = 0; i < 4; ++i) {
    const auto losses = there.losses_of_step(i);
    EXPECT_LT(distance(losses.cpu(), here.losses_of_step(i)), 2e-2) << "step " << i;
  }
}

/// A step that waited for the device would leave it idle while the host launches the next one.
TEST_P(ModelOnFakeGpu, NeverMakesTheHostWait) {
  Training there(GetParam(), fake_gpu());
  there.losses_of_step(0);
  const auto before = waits_for_fake_gpu();
  there.losses_of_step(1);
  EXPECT_EQ(waits_for_fake_gpu(), before);
}

INSTANTIATE_TEST_SUITE_P(Designs, ModelOnFakeGpu,
                         ::testing::Values("mamba swiglu", "attention{heads=4} moe", "hyena mlp",
                                           "gated_delta_net rwkv_channel", "(gla + mesa_net) swiglu",
                                           "slstm ttt_linear s4d"));

TEST(ModelOnFakeGpu, GoesOnWithTheReplicasThatWereKept) {
  Training there("gla swiglu", fake_gpu());
  Training all("gla swiglu", fake_gpu());
  there.losses_of_step(0);
  all.losses_of_step(0);
  there.optimizer.select_replicas({1});
  const auto kept = there.losses_of_step(1);
  ASSERT_EQ(kept.size(0), 1);
  EXPECT_LT(distance(kept.cpu(), all.losses_of_step(1).cpu().narrow(0, 1, 1)), 1e-6);
}

TEST(ModelOnFakeGpu, GoesOnFromACheckpoint) {
  const TemporaryFolder folder;
  const auto file = folder.path + "/model.checkpoint";
  Training first("gla swiglu", fake_gpu());
  first.losses_of_step(0);
  Checkpoint written{.fingerprint = 42};
  written.saved = first.optimizer.save();
  write_checkpoint(file, written);
  Training second("gla swiglu", fake_gpu());
  second.optimizer.load(read_checkpoint(file, 42)->saved);
  EXPECT_TRUE(at::equal(second.losses_of_step(1).cpu(), first.losses_of_step(1).cpu()));
}

TEST(ModelOnFakeGpu, IsTrainedChosenAndScoredByTheTrainer) {
  auto r = request("mamba swiglu hyena{filter_order=2} swiglu", "in-context-recall",
                   {{"length", 16}, {"vocabulary", 8}}, 20);
  r.grid = {{1e-3, 0}, {3e-3, 0.1}};
  r.distil = true;
  const auto here = train(r, {}, {});
  const auto there = train(r, {.device = fake_gpu()}, {});
  EXPECT_EQ(there.record.outcome, Outcome::kOk) << there.record.message;
  EXPECT_NEAR(there.record.test_loss.value(), here.record.test_loss.value(), 0.03);
  // How many terms a filter needs depends on its last digits.
  EXPECT_NEAR(there.distilled.state, here.distilled.state, 0.05 * here.distilled.state);
}

}  // namespace
}  // namespace madsearch
