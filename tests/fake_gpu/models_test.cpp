// Whole models on the fake GPU: what a worker does with a design.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "engine/worker/checkpoint.h"
#include "engine/worker/memory_watch.h"
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

/// Four replicas, and the most memory that their training takes on the fake GPU.
struct Trained {
  TrainReply reply;
  std::int64_t peak = 0;

  explicit Trained(std::int64_t sharers) {
    auto r = request("attention{heads=4} swiglu", "in-context-recall", {{"length", 32}, {"vocabulary", 8}}, 3);
    r.setting.evaluation_examples = 16;
    r.grid = {{1e-3, 0}, {1e30, 0}, {3e-3, 0.1}, {5e-3, 0}};
    const MemoryWatch watch(fake_gpu());
    reply = train(r, {.device = fake_gpu(), .sharers = sharers}, {});
    peak = watch.peak();
  }
};

/// Of a share of the memory: the fake GPU's 1 GiB and worker's share as memory_share.h has it.
std::int64_t sharers_for(std::int64_t bytes) { return (std::int64_t{1} << 29) / bytes; }

/// As far as sums in another order go, in bf16.
constexpr double kRounding = 0.02;

void expect_same(const TrainReply& one, const TrainReply& other) {
  EXPECT_EQ(one.record.outcome, Outcome::kOk) << one.record.message;
  EXPECT_EQ(other.record.outcome, Outcome::kOk) << other.record.message;
  EXPECT_NEAR(one.record.test_loss.value(), other.record.test_loss.value(), kRounding);
  EXPECT_EQ(one.record.learning_rate, other.record.learning_rate);
  EXPECT_EQ(one.record.steps, other.record.steps);
  ASSERT_EQ(one.curves.size(), other.curves.size());
  for (std::size_t i = 0; i < one.curves.size(); ++i) {
    ASSERT_EQ(one.curves[i].looks.size(), other.curves[i].looks.size()) << i;
    for (std::size_t j = 0; j < one.curves[i].looks.size(); ++j)
      EXPECT_NEAR(one.curves[i].looks[j].loss, other.curves[i].looks[j].loss, kRounding) << i << ", " << j;
  }
}

TEST(MemoryOfFakeGpu, HoldsFewerReplicasAtOnceWhereAllAreTooMany) {
  const Trained all(1);
  const auto share = all.peak * 3 / 4;
  const Trained fewer(sharers_for(share));
  EXPECT_LT(fewer.peak, share);
  EXPECT_GT(fewer.peak, share / 4);
  expect_same(fewer.reply, all.reply);
}

TEST(MemoryOfFakeGpu, IsNotTriedWhereNoReplicaHasRoom) {
  const Trained none(1 << 14);
  EXPECT_TRUE(none.reply.refused);
  EXPECT_EQ(none.reply.record.outcome, Outcome::kOutOfMemory);
  EXPECT_EQ(none.reply.record.message,
            "not tried: one replica alone needs 0.0 GiB of memory, this worker may take 0.0 GiB of its device's");
  EXPECT_EQ(none.reply.record.steps, 0);
}

TEST(MemoryOfFakeGpu, IsTriedWithFewerReplicasOnceItRanOut) {
  const Trained all(1);
  others_leave(all.peak * 3 / 4);
  const Trained fewer(1);
  others_leave(1 << 20);
  const Trained none(1);
  others_leave(1 << 30);
  expect_same(fewer.reply, all.reply);
  EXPECT_EQ(none.reply.record.outcome, Outcome::kOutOfMemory);
  EXPECT_EQ(none.reply.record.message, "the fake GPU is out of memory");
  EXPECT_FALSE(none.reply.refused) << "it was tried";
}

}  // namespace
}  // namespace madsearch
