// Trainings that a GPU has little memory for.
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "engine/worker/memory_watch.h"
#include "engine/worker/pretraining.h"
#include "engine/worker/text_training.h"
#include "engine/worker/trainer.h"
#include "fake_gpu.h"
#include "support.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

using testing::request;

/// Of so many workers that share the fake GPU's 1 GiB each may take half of an equal part (memory_share.h).
std::int64_t sharers_for(std::int64_t bytes) { return (std::int64_t{1} << 29) / bytes; }

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
            "not tried: one replica alone needs 3 MiB of memory, this worker may take 0 MiB of its device's");
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

/// Beginnings of four speeches: a fake GPU takes its time.
class ShortText {
 public:
  ShortText() {
    for (const auto* name : {"1816-Madison-1", "1820-Monroe-1", "1832-Jackson-1", "1913-Wilson-1"}) {
      const auto file = std::string("/") + name + ".txt";
      std::ifstream whole(in_source("tests/data/speeches") + file);
      std::string beginning(6000, ' ');
      whole.read(beginning.data(), 6000);
      std::ofstream(folder_.path + file) << beginning;
    }
  }
  const std::string& folder() const { return folder_.path; }

 private:
  TemporaryFolder folder_;
};

PretrainRequest on_text(const ShortText& text, const std::string& design, const std::vector<double>& rates) {
  PretrainRequest out;
  out.id = "text";
  out.design = design;
  out.data = text.folder();
  out.flops = 1.5e9;
  out.parameters = 25'000;
  out.base_width = 32;
  out.length = 64;
  out.batch = 8;
  out.learning_rates = rates;
  out.seed = 3;
  return out;
}

/// A design that was trained on text at the best of some learning rates, and the most memory that this took on the fake
/// GPU since it was last predicted: for the final run.
struct Pretrained {
  PretrainReply reply;
  std::int64_t peak = 0;

  Pretrained(const std::string& design, const std::vector<double>& rates, std::int64_t sharers) {
    const ShortText text;
    const MemoryWatch watch(fake_gpu());
    reply = pretrain(on_text(text, design, rates), {.device = fake_gpu(), .sharers = sharers}, {});
    peak = watch.peak();
  }
};

/// How the trials of its rates are computed.
ReplicaPlan form_of(const std::string& design, const std::vector<double>& rates, std::int64_t sharers) {
  const ShortText text;
  const auto request = on_text(text, design, rates);
  const auto plan = plan_of(request);
  const Runtime runtime{.device = fake_gpu(), .sharers = sharers};
  return TextTraining(plan, request, runtime, rates).form();
}

constexpr auto kDesign = "attention{heads=4} swiglu";

void expect_same(const PretrainReply& one, const PretrainReply& other) {
  ASSERT_EQ(one.record.outcome, Outcome::kOk) << one.record.message;
  ASSERT_EQ(other.record.outcome, Outcome::kOk) << other.record.message;
  EXPECT_EQ(one.record.learning_rate, other.record.learning_rate);
  EXPECT_NEAR(one.record.bits_per_byte.value(), other.record.bits_per_byte.value(), kRounding);
}

TEST(PretrainingMemoryOfFakeGpu, HoldsPartsOfABatchWhereAllOfItIsTooMuch) {
  const Pretrained whole(kDesign, {3e-3}, 1);
  for (const auto part : {0.9, 0.5}) {
    const auto share = static_cast<std::int64_t>(part * static_cast<double>(whole.peak));
    const Pretrained parted(kDesign, {3e-3}, sharers_for(share));
    expect_same(parted.reply, whole.reply);
    EXPECT_LT(parted.peak, share) << part;
    EXPECT_GT(parted.peak, share / 2) << part;
  }
  const Pretrained none(kDesign, {3e-3}, sharers_for(whole.peak / 4));
  EXPECT_TRUE(none.reply.refused);
  EXPECT_EQ(none.reply.record.outcome, Outcome::kOutOfMemory);
  EXPECT_EQ(none.reply.record.message,
            "not tried: one replica, its batches in 8 parts, needs 2 MiB of memory, this worker may take 1 MiB of "
            "its device's");
}

TEST(PretrainingMemoryOfFakeGpu, TriesFewerRatesAtOnceWhereAllAreTooMany) {
  const Pretrained one(kDesign, {3e-3}, 1);
  const auto form = form_of(kDesign, {1e-3, 3e-3}, sharers_for(one.peak * 3 / 2));
  EXPECT_EQ(form.at_once, 1);
  EXPECT_EQ(form.step.parts, 1);
  const Pretrained all(kDesign, {1e-3, 3e-3}, 1);
  const Pretrained fewer(kDesign, {1e-3, 3e-3}, sharers_for(one.peak * 3 / 2));
  expect_same(fewer.reply, all.reply);
}

/// Of one sequence of eight tokens little passes but what the optimizer holds.
TEST(PretrainingMemoryOfFakeGpu, IsPredictedWithTheOptimizers) {
  const ShortText text;
  auto request = on_text(text, "swiglu", {3e-3});
  request.parameters = 100'000;
  request.base_width = 96;
  request.length = 8;
  request.batch = 1;
  const auto plan = plan_of(request);
  const Runtime runtime{.device = fake_gpu()};
  const MemoryWatch made(fake_gpu());
  TextTraining training(plan, request, runtime, {3e-3});
  const auto stays = made.held();
  const MemoryWatch watch(fake_gpu());
  training.train(3, {}, {});
  const auto most = static_cast<double>(stays + watch.peak());
  EXPECT_NEAR(training.memory_bytes(), most, 0.05 * most);
}

/// A router's loss is one of all its tokens: that of parts would be another.
TEST(PretrainingMemoryOfFakeGpu, DoesNotPartTheBatchesOfRouters) {
  const Pretrained whole("attention{heads=4} moe", {3e-3}, 1);
  ASSERT_EQ(whole.reply.record.outcome, Outcome::kOk) << whole.reply.record.message;
  const Pretrained none("attention{heads=4} moe", {3e-3}, sharers_for(whole.peak / 2));
  EXPECT_EQ(none.reply.record.message.substr(0, 35), "not tried: one replica alone needs ");
}

}  // namespace
}  // namespace madsearch
