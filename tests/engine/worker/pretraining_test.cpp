#include "engine/worker/pretraining.h"

#include <gtest/gtest.h>

#include <filesystem>

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
  const auto record = pretrain(r, {}, {});
  ASSERT_EQ(record.outcome, Outcome::kOk) << record.message;
  EXPECT_LT(record.bits_per_byte.value(), 5);  // 8 knows nothing; letter frequencies give 4.4
  EXPECT_GT(record.bits_per_byte.value(), 1);
  EXPECT_GT(record.bits_per_byte_recall.value(), 0);
  EXPECT_LE(record.flops, r.flops);
  EXPECT_GT(record.flops, 0.9 * r.flops);
  EXPECT_GT(record.tuning_flops, 0);
}

TEST(Pretraining, RefusesMoreThanFourEpochs) {
  auto r = tiny("attention{heads=4} swiglu");
  r.flops = 1e13;
  const auto record = pretrain(r, {}, {});
  EXPECT_EQ(record.outcome, Outcome::kFailed);
  EXPECT_NE(record.message.find("more than the 4.0 allowed"), std::string::npos) << record.message;
}

TEST(Pretraining, GoesOnFromItsCheckpointAsIfNeverInterrupted) {
  const TemporaryFolder folder;
  auto r = tiny("mamba swiglu");
  r.flops = 4e9;
  r.learning_rates = {3e-3};
  const auto whole = pretrain(r, {}, {});
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
  EXPECT_EQ(resumed.bits_per_byte, whole.bits_per_byte);
  r.seed = 4;
  const auto other = pretrain(r, {}, {});
  EXPECT_EQ(other.outcome, Outcome::kOk);
  EXPECT_EQ(other.message, "checkpoint " + r.checkpoint +
                               " belongs to another pretraining; training began anew, and the file is now " +
                               r.checkpoint + ".unused");
}

TEST(Pretraining, SaysWhereDataIsMissing) {
  auto r = tiny("attention{heads=4} swiglu");
  r.data = "/nowhere";
  const auto record = pretrain(r, {}, {});
  EXPECT_EQ(record.outcome, Outcome::kFailed);
  EXPECT_EQ(record.message, "there is no data at /nowhere");
}

}  // namespace
}  // namespace madsearch
