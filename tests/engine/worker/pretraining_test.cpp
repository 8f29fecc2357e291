#include "engine/worker/pretraining.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <vector>

#include "engine/export/weights.h"
#include "engine/worker/held_out.h"
#include "engine/worker/memory_watch.h"
#include "engine/worker/pretraining_plan.h"
#include "support.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

PretrainRequest tiny(const std::string& design) {
  PretrainRequest out;
  out.id = "test";
  out.design = design;
  out.data = in_source("tests/data/speeches");
  out.flops = 1.5e10;
  out.parameters = 25000;
  out.base_width = 32;
  out.length = 64;
  out.batch = 8;
  out.learning_rates = {1e-3, 3e-3, 9e-3};
  out.seed = 3;
  return out;
}

TEST(Pretraining, LearnsTextAtTheBudgetGiven) {
  const auto r = tiny("attention{heads=4} swiglu");
  const auto record = pretrain(r, {}, {}).record;
  ASSERT_EQ(record.outcome, Outcome::kOk) << record.message;
  EXPECT_LT(record.bits_per_byte.value(), 5);  // 8 knows nothing; letter frequencies give 4.4
  EXPECT_GT(record.bits_per_byte.value(), 1);
  EXPECT_GT(record.recall_share.value(), 0);
  EXPECT_FALSE(record.bits_per_byte_recall) << "speeches repeat too little within 64 bytes";
  EXPECT_LE(record.flops, r.flops);
  EXPECT_GT(record.flops, 0.9 * r.flops);
  EXPECT_GT(record.tuning_flops, 0);
}

TEST(Pretraining, ScoresBothHalvesWhereItIsAskedTo) {
  auto r = tiny("attention{heads=4} swiglu");
  r.flops = 2e9;
  r.learning_rates = {3e-3};
  const auto one = pretrain(r, {}, {});
  ASSERT_EQ(one.record.outcome, Outcome::kOk) << one.record.message;
  EXPECT_FALSE(one.selection_bits_per_byte);
  r.both_halves = true;
  const auto both = pretrain(r, {}, {});
  EXPECT_EQ(both.record.bits_per_byte, one.record.bits_per_byte) << "it changes nothing else";
  ASSERT_TRUE(both.selection_bits_per_byte);
  EXPECT_NE(both.selection_bits_per_byte, both.record.bits_per_byte) << "of other documents";
  EXPECT_NEAR(*both.selection_bits_per_byte, *both.record.bits_per_byte, 0.5);
}

TEST(Pretraining, TrainsAsItsSetupSays) {
  auto r = tiny("attention{heads=4} swiglu");
  r.flops = 4e9;
  r.learning_rates = {1e-3, 3e-3};
  r.setup = {.schedule = "wsd", .embeddings = "tied", .tuning = 0.5, .conv = "all", .qk_norm = "all"};
  const auto record = pretrain(r, {}, {}).record;
  ASSERT_EQ(record.outcome, Outcome::kOk) << record.message;
  EXPECT_LT(record.bits_per_byte.value(), 6);
  EXPECT_GE(record.tuning_flops, 0.9 * record.flops) << "two trials of a half at least";
  EXPECT_EQ(record.setup,
            "flops 4000000000; parameters 25000; base width 32; repeat 1; length 64; batch 8; rates 0.001 0.003; "
            "seed 3; schedule wsd; embeddings tied; conv all; qk_norm all; tuning 0.5");
  r.setup.conv = "some";
  EXPECT_EQ(pretrain(r, {}, {}).record.message, "conv is \"some\"");
}

TEST(Pretraining, RefusesMoreThanFourEpochs) {
  auto r = tiny("attention{heads=4} swiglu");
  r.flops = 1e13;
  const auto record = pretrain(r, {}, {}).record;
  EXPECT_EQ(record.outcome, Outcome::kFailed);
  EXPECT_NE(record.message.find("more than the 4.0 allowed"), std::string::npos) << record.message;
}

TEST(Pretraining, GoesOnFromItsCheckpointAsIfNeverInterrupted) {
  const TemporaryFolder folder;
  auto r = tiny("mamba swiglu");
  r.flops = 4e9;
  r.learning_rates = {3e-3};
  const auto whole = pretrain(r, {}, {}).record;
  ASSERT_EQ(whole.outcome, Outcome::kOk) << whole.message;
  r.checkpoint = folder.path + "/model.checkpoint";
  struct Killed {};
  EXPECT_THROW(pretrain(r, {},
                        [](const Progress& p) {
                          if (2 * p.step > p.steps) throw Killed{};
                        }),
               Killed);
  ASSERT_TRUE(std::filesystem::exists(r.checkpoint));
  double first = 0;  // where it goes on, as a share of all steps
  const auto resumed = pretrain(r, {}, [&](const Progress& p) {
    if (first == 0) first = static_cast<double>(p.step) / static_cast<double>(p.steps);
  });
  EXPECT_GT(first, 0.3);
  EXPECT_EQ(resumed.record.bits_per_byte, whole.bits_per_byte);
  r.seed = 4;
  const auto other = pretrain(r, {}, {}).record;
  EXPECT_EQ(other.outcome, Outcome::kOk);
  EXPECT_EQ(other.message, "checkpoint " + r.checkpoint +
                               " belongs to another pretraining; training began anew, and the file is now " +
                               r.checkpoint + ".unused");
}

TEST(Pretraining, KeepsTheWeightsThatItScored) {
  const TemporaryFolder folder;
  auto r = tiny("attention{heads=4}@a swiglu attention{heads=4}@a");
  r.flops = 2e9;
  r.learning_rates = {3e-3};
  r.weights = folder.path + "/model.safetensors";
  const auto record = pretrain(r, {}, {}).record;
  ASSERT_EQ(record.outcome, Outcome::kOk) << record.message;
  const auto kept = model_of_weights(r.weights);
  EXPECT_EQ(kept.width, record.width);
  EXPECT_EQ(kept.length, record.length);
  Model model(kept.genome, testing::model_options(kept.width, kept.vocabulary, kept.length, {1}));
  const auto weights = testing::golden(r.weights);
  {
    const at::NoGradGuard constant;
    for (const auto& [name, value] : model.parameters()) value[0].copy_(weights.at(exported_name(kept.genome, name)));
  }
  const auto plan = plan_of(r);
  const auto bits = held_out_bits(model, plan.corpus, 1, r.length, r.batch, false)[0];
  EXPECT_NEAR(bits.all, record.bits_per_byte.value(), 1e-9);
}

TEST(Pretraining, IsNotLostWithWeightsThatCannotBeWritten) {
  auto r = tiny("swiglu");
  r.flops = 2e9;
  r.learning_rates = {3e-3};
  r.weights = "/no/such/folder/model.safetensors";
  const auto record = pretrain(r, {}, {}).record;
  EXPECT_EQ(record.outcome, Outcome::kOk);
  EXPECT_TRUE(
      record.message.ends_with("/no/such/folder/model.safetensors.new could not be written: No such file or directory"))
      << record.message;
}

TEST(Pretraining, IsPlannedWithoutTraining) {
  auto r = tiny("attention{heads=4} swiglu");
  r.plan_only = true;
  const auto plan = pretrain(r, {}, {}).record;
  ASSERT_EQ(plan.outcome, Outcome::kOk) << plan.message;
  EXPECT_FALSE(plan.bits_per_byte);
  EXPECT_GT(plan.width, 0);
  EXPECT_GT(plan.tokens, 0);
  EXPECT_GT(plan.epochs, 0);
  EXPECT_TRUE(plan.data);
}

/// The trials of all rates hold the most.
TEST(Pretraining, ForetellsItsMemory) {
  auto r = tiny("attention{heads=4} swiglu mamba swiglu");
  r.length = 64;
  r.batch = 4;
  r.flops = 2.5e10;
  r.parameters = 200'000;
  const MemoryWatch watch(at::kCPU);
  const auto record = pretrain(r, {}, {}).record;
  const auto most = static_cast<double>(watch.peak());
  ASSERT_EQ(record.outcome, Outcome::kOk) << record.message;
  r.plan_only = true;
  EXPECT_NEAR(static_cast<double>(pretrain(r, {}, {}).memory_bytes), most, 0.05 * most);
}

TEST(Pretraining, IsRefusedWhereItsReplicasHaveNoRoom) {
  auto r = tiny("attention{heads=4} swiglu");
  r.learning_rates.assign(1'000'000, 1e-3);
  const auto reply = pretrain(r, {}, {});
  EXPECT_TRUE(reply.refused);
  EXPECT_EQ(reply.record.outcome, Outcome::kOutOfMemory);
}

/// What a plan of `request` says, if it is refused.
std::string refusal(PretrainRequest request) {
  request.plan_only = true;
  const auto plan = pretrain(request, {}, {}).record;
  return plan.outcome == Outcome::kOk ? "accepted" : plan.message;
}

TEST(Pretraining, RefusesInItsPlanWhatCouldNotBeTrained) {
  const auto with = [](auto change) {
    auto request = tiny("attention{heads=4} swiglu");
    change(request);
    return refusal(request);
  };
  EXPECT_EQ(with([](auto&) {}), "accepted");
  EXPECT_EQ(with([](auto& r) { r.flops = 1e6; }),
            "the budget is only 0 steps of 512 tokens at this size; 10 are needed");
  EXPECT_EQ(with([](auto& r) { r.parameters = 1'000'000'000'000; }).substr(0, 48),
            "the nearest size of the design, at width 4096, h");
  EXPECT_EQ(with([](auto& r) { r.learning_rates.clear(); }),
            "pretraining needs a length of 8, a batch, FLOPs and a learning rate at least");
  EXPECT_EQ(with([](auto& r) {
              r.length = 1 << 20;
              r.flops = 1e18;
            }),
            "the training text holds fewer windows of 1048576 tokens than a batch");
  EXPECT_EQ(with([](auto& r) {
              r.batch = 65'536;
              r.flops = 1e18;
            }),
            "the training text holds fewer windows of 64 tokens than a batch");
  EXPECT_EQ(with([](auto& r) { r.flops = 1e30; }).substr(0, 14), "the budget is ");
  EXPECT_EQ(with([](auto& r) { r.learning_rates.assign(1'000'000, 1e-3); }).substr(0, 36),
            "not tried: its 1000000 replicas need");
  EXPECT_EQ(with([](auto& r) { r.separator = "x"; }), "no separator: \"x\"");
}

/// Character data as nanoGPT prepares it: no token stands between documents.
TEST(Pretraining, LearnsShardsWithoutSeparators) {
  const TemporaryFolder folder;
  std::vector<std::uint16_t> letters;
  for (int i = 0; i < 60'000; ++i) letters.push_back(static_cast<std::uint16_t>(i % 5));
  std::ofstream(folder.path + "/train.bin", std::ios::binary)
      .write(reinterpret_cast<const char*>(letters.data()), 120'000);
  auto r = tiny("attention{heads=4} swiglu");
  r.data = folder.path;
  r.vocabulary = 5;
  r.separator = "none";
  r.bytes_per_token = 1;
  r.flops = 8e9;
  const auto record = pretrain(r, {}, {}).record;
  ASSERT_EQ(record.outcome, Outcome::kOk) << record.message;
  EXPECT_LT(record.bits_per_byte.value(), 0.5);  // each letter follows from the one before it
}

/// Documents that say five times what nobody else says.
TEST(Pretraining, ScoresWhatCanOnlyBeRecalled) {
  const TemporaryFolder folder;
  Rng rng(Seed{5});
  std::vector<std::uint16_t> tokens;
  for (int document = 0; document < 400; ++document) {
    std::vector<std::uint16_t> said(32);
    for (auto& token : said) token = static_cast<std::uint16_t>(1 + below(rng, 255));
    tokens.push_back(0);
    for (int time = 0; time < 5; ++time) tokens.insert(tokens.end(), said.begin(), said.end());
  }
  std::ofstream(folder.path + "/train.bin", std::ios::binary)
      .write(reinterpret_cast<const char*>(tokens.data()), static_cast<std::streamsize>(2 * tokens.size()));
  auto r = tiny("attention{heads=4} swiglu");
  r.data = folder.path;
  r.vocabulary = 256;
  r.separator = "0";
  r.bytes_per_token = 1;
  r.flops = 1.5e9;
  r.learning_rates = {1e-3};
  const auto record = pretrain(r, {}, {}).record;
  ASSERT_EQ(record.outcome, Outcome::kOk) << record.message;
  EXPECT_NEAR(record.recall_share.value(), 0.4, 0.05) << "windows of 64, 64 and 32; 30 of 64 are the second time";
  EXPECT_NEAR(record.bits_per_byte_recall.value(), 8, 0.5) << "nothing is learnt in ten steps";
}

TEST(Pretraining, SaysWhereDataIsMissing) {
  auto r = tiny("attention{heads=4} swiglu");
  r.data = "/nowhere";
  const auto record = pretrain(r, {}, {}).record;
  EXPECT_EQ(record.outcome, Outcome::kFailed);
  EXPECT_EQ(record.message, "there is no data at /nowhere");
}

}  // namespace
}  // namespace madsearch
