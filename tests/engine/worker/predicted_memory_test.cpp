#include "engine/worker/predicted_memory.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/worker/memory_watch.h"
#include "engine/worker/training_step.h"
#include "primitives/table.h"
#include "support.h"

namespace madsearch {
namespace {

std::string design_with(const Primitive& primitive) {
  const auto stripe =
      primitive.kind == Kind::kSequence ? primitive.name + " swiglu" : "attention{heads=4} " + primitive.name;
  return "[" + stripe + "]x2";
}

Batch batch_of(std::int64_t n) {
  const auto tokens = at::arange(n * 64, at::kLong).mul(7).remainder(16);
  return {tokens.view({n, 64}), at::arange(n * 64, at::kLong), tokens.roll({-1}, {0})};
}

/// Two replicas of a stripe with the primitive.
struct Trained {
  explicit Trained(const Primitive& primitive)
      : model(testing::sized(design_with(primitive), 64, 64), testing::model_options(64, 16, 64, {1, 2})),
        optimizer(model, {1e-3, 1e-3}, {0.1, 0.1}, {}),
        step(model, optimizer) {}
  Model model;
  AdamW optimizer;
  TrainingStep step;
};

double predicted(const Primitive& primitive, std::int64_t sequences) {
  const MemoryWatch watch(at::kCPU);
  Trained trained(primitive);
  const auto stays = static_cast<double>(watch.held());
  const auto rehearse = [&](const Batch& batch) { trained.step.rehearse(batch); };
  return stays + predict_memory({rehearse, batch_of, sequences, at::kCPU});
}

double measured(const Primitive& primitive, std::int64_t sequences) {
  const auto batch = batch_of(sequences);
  const MemoryWatch watch(at::kCPU);
  Trained trained(primitive);
  for (int i = 0; i < 2; ++i) trained.step(batch, 1);
  return static_cast<double>(watch.peak());
}

class EveryPrimitivesMemory : public ::testing::TestWithParam<Primitive> {};

/// What smaller batches foretell, beside what steps then hold at most.
TEST_P(EveryPrimitivesMemory, IsPredicted) {
  const auto most = measured(GetParam(), 32);
  EXPECT_NEAR(predicted(GetParam(), 32), most, 0.02 * most);
}

INSTANTIATE_TEST_SUITE_P(Table, EveryPrimitivesMemory, ::testing::ValuesIn(primitives()),
                         [](const auto& primitive) { return primitive.param.name; });

/// Work that holds 100 bytes for itself and 10 for each of a batch, and keeps one of those.
TEST(PredictedMemory, KnowsWhatIsKeptAndStopsWhereItIsToldEnough) {
  at::Tensor kept;
  std::vector<std::int64_t> asked;
  const auto work = [&](const Batch& batch) {
    kept.reset();
    const auto own = at::empty({100}, at::kByte);
    const auto n = batch.inputs.size(0);
    asked.push_back(n);
    const auto passing = at::empty({9 * n}, at::kByte);
    kept = at::empty({n}, at::kByte);
  };
  const auto batch = [](std::int64_t n) { return Batch{at::empty({n, 1}, at::kLong), {}, {}}; };
  const auto foretold = [&](Foreseen foreseen) {
    asked.clear();
    kept.reset();
    return predict_memory(foreseen);
  };
  EXPECT_EQ(foretold({work, batch, 32, at::kCPU}), 100 + 10 * 32);
  EXPECT_EQ(asked, (std::vector<std::int64_t>{1, 2, 4, 8, 16}));

  const auto settled = [](double least, double most) {
    EXPECT_EQ(least, 100 + 10 * 32);
    return most < 16 * (100 + 10 * 2);
  };
  foretold({work, batch, 32, at::kCPU, settled});
  EXPECT_EQ(asked, (std::vector<std::int64_t>{1, 2, 4})) << "120 bytes of two are 1,920 at most of 32";

  Foreseen limited{work, batch, 32, at::kCPU};
  limited.limit = 100 + 10 * 8 - 1;
  EXPECT_EQ(foretold(limited), 100 + 10 * 32);
  EXPECT_EQ(asked, (std::vector<std::int64_t>{1, 2, 4})) << "eight would take more than there is";
}

}  // namespace
}  // namespace madsearch
