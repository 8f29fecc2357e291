#include "engine/worker/training_step.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "support.h"

namespace madsearch {
namespace {

/// A two-block model of `rates.size()` replicas with its optimizer in the form that GPUs use.
struct Trained {
  explicit Trained(std::vector<double> rates, StepPlan plan = {}, const std::string& design = "attention moe")
      : model(testing::sized(design, 16, 8),
              testing::model_options(16, 6, 8, std::vector<std::uint64_t>(rates.size(), 5), at::kDouble)),
        optimizer(model, rates, std::vector<double>(rates.size(), 0.1), {.clip = 1, .vectors = true}),
        step(model, optimizer, std::move(plan)) {}
  Model model;
  AdamW optimizer;
  TrainingStep step;
};

Batch batch(std::int64_t examples, std::int64_t shift) {
  const auto tokens = at::arange(examples * 8, at::kLong).add(shift).mul(7).remainder(6);
  return {tokens.view({examples, 8}), at::arange(examples * 8, at::kLong), tokens.roll({-1}, {0})};
}

struct Recorded {
  int times = 0;
  Recorder recorder() {
    return [this](const std::function<void()>& work) { return ++times, std::make_unique<testing::Again>(work); };
  }
};

TEST(TrainingStep, ReplayedLearnsAsComputed) {
  Recorded recorded;
  Trained plain({1e-2, 3e-2}), replayed({1e-2, 3e-2}, {recorded.recorder()});
  for (std::int64_t i = 0; i < 8; ++i) {
    const auto size = i == 5 ? 2 : 4;  // a smaller one in between, as at the end of an epoch
    const auto factor = 1 - 0.1 * static_cast<double>(i);
    const auto losses = plain.step(batch(size, i), factor), again = replayed.step(batch(size, i), factor);
    EXPECT_TRUE(at::allclose(losses, again, 1e-12, 1e-12)) << i << "\n" << losses << again;
    EXPECT_EQ(replayed.step.recorded(), i >= 3) << i;
  }
  EXPECT_EQ(recorded.times, 1);
  EXPECT_TRUE(at::allclose(plain.optimizer.values(), replayed.optimizer.values(), 1e-12, 1e-12));
  EXPECT_EQ(replayed.step.problem(), "");
}

/// The same examples, of which only the first `scored` positions of the batch are asked for.
Batch scored_in_part(std::int64_t shift, std::int64_t scored) {
  const auto all = batch(4, shift);
  return {all.inputs, all.scored.narrow(0, 0, scored), all.targets.narrow(0, 0, scored)};
}

/// Batches whose number of scored positions varies are padded, so that one recording serves all of them.
TEST(TrainingStep, ReplaysBatchesOfVaryingScoredPositions) {
  for (const std::int64_t most : {20, 32}) {  // 32: all positions of the batch
    Recorded recorded;
    Trained plain({1e-2, 3e-2}), replayed({1e-2, 3e-2}, {recorded.recorder(), most});
    for (std::int64_t i = 0; i < 10; ++i) {
      const auto scored = i == 4 ? most : 3 + (5 * i) % 17;
      const auto losses = plain.step(scored_in_part(i, scored), 1);
      const auto again = replayed.step(scored_in_part(i, scored), 1);
      EXPECT_TRUE(at::allclose(losses, again, 1e-12, 1e-12)) << i << "\n" << losses << again;
      EXPECT_EQ(replayed.step.recorded(), i >= 3) << i;
    }
    EXPECT_EQ(recorded.times, 1);
    EXPECT_TRUE(at::allclose(plain.optimizer.values(), replayed.optimizer.values(), 1e-12, 1e-12));
  }
}

TEST(TrainingStep, IsNotPaddedWithoutARecorder) {
  Trained plain({1e-2}), told({1e-2}, {{}, 20});
  for (std::int64_t i = 0; i < 4; ++i)
    EXPECT_TRUE(at::equal(plain.step(scored_in_part(i, 5 + i), 1), told.step(scored_in_part(i, 5 + i), 1))) << i;
  EXPECT_TRUE(at::equal(plain.optimizer.values(), told.optimizer.values()));
}

TEST(TrainingStep, AReplicaThatIsNoNumberEndsNoReplay) {
  Recorded recorded;
  Trained step({1e-2, 1e-2}, {recorded.recorder()});
  step.optimizer.restore(1, at::full_like(step.optimizer.replica(1), NAN));
  for (std::int64_t i = 0; i < 6; ++i) {
    const auto losses = step.step(batch(4, i), 1);
    EXPECT_TRUE(std::isfinite(losses[0].item<double>()) && std::isnan(losses[1].item<double>())) << losses;
  }
  EXPECT_TRUE(step.step.recorded());
  EXPECT_EQ(step.step.problem(), "");
}

/// Five sequences in two parts are three and two, which don't count the same.
TEST(TrainingStep, InPartsLearnsAsWhole) {
  for (const std::int64_t parts : {2, 3, 5, 8}) {
    Recorded recorded;
    Trained whole({1e-2, 3e-2}, {}, "mamba swiglu");
    Trained parted({1e-2, 3e-2}, {.parts = parts}, "mamba swiglu");
    Trained replayed({1e-2, 3e-2}, {recorded.recorder(), 0, parts}, "mamba swiglu");
    for (std::int64_t i = 0; i < 6; ++i) {
      const auto losses = whole.step(batch(5, i), 1);
      EXPECT_TRUE(at::allclose(losses, parted.step(batch(5, i), 1), 1e-9, 1e-12)) << i;
      EXPECT_TRUE(at::allclose(losses, replayed.step(batch(5, i), 1), 1e-9, 1e-12)) << i;
    }
    EXPECT_TRUE(replayed.step.recorded());
    EXPECT_TRUE(at::allclose(whole.optimizer.values(), parted.optimizer.values(), 1e-9, 1e-12)) << parts;
    EXPECT_TRUE(at::allclose(whole.optimizer.values(), replayed.optimizer.values(), 1e-9, 1e-12)) << parts;
  }
}

TEST(TrainingStep, IsRecordedAnewWithTheReplicasThatAreLeft) {
  Recorded recorded;
  Trained plain({1e-2, 2e-2, 3e-2}), replayed({1e-2, 2e-2, 3e-2}, {recorded.recorder()});
  for (std::int64_t i = 0; i < 12; ++i) {
    if (i == 5) plain.optimizer.select_replicas({0, 2}), replayed.optimizer.select_replicas({0, 2});
    const auto losses = plain.step(batch(4, i), 1);
    EXPECT_TRUE(at::allclose(losses, replayed.step(batch(4, i), 1), 1e-12, 1e-12)) << i;
  }
  EXPECT_EQ(recorded.times, 2);
  EXPECT_TRUE(at::allclose(plain.optimizer.values(), replayed.optimizer.values(), 1e-12, 1e-12));
}

TEST(TrainingStep, ThatCannotBeRecordedIsComputed) {
  int tried = 0;
  Trained plain({1e-2});
  Trained* to_disturb = nullptr;
  const Recorder disturbing = [&](const std::function<void()>&) -> std::unique_ptr<Recording> {
    ++tried;
    to_disturb->model.forward(batch(4, 0).inputs).sum().backward();  // backward had come to some parameters
    throw std::runtime_error("operation not permitted when stream is capturing\nsecond line");
  };
  Trained refused({1e-2}, {disturbing});
  to_disturb = &refused;
  for (std::int64_t i = 0; i < 6; ++i)
    EXPECT_TRUE(at::equal(plain.step(batch(4, i), 1), refused.step(batch(4, i), 1))) << i;
  EXPECT_EQ(tried, 1);
  EXPECT_EQ(refused.step.problem(), "operation not permitted when stream is capturing");
  EXPECT_TRUE(at::equal(plain.optimizer.values(), refused.optimizer.values()));
}

TEST(TrainingStep, WhoseReplayGoesElsewhereIsComputed) {
  struct Nothing : Recording {
    void replay() override {}
  };
  Trained plain({1e-2}), wrong({1e-2}, {[](const auto&work) { return work(), std::make_unique<Nothing>(); }});
  for (std::int64_t i = 0; i < 6; ++i)
    EXPECT_TRUE(at::equal(plain.step(batch(4, i), 1), wrong.step(batch(4, i), 1))) << i;
  EXPECT_EQ(wrong.step.problem(), "its replay differs from the step computed by 1.000000 of what it moves");
  EXPECT_FALSE(wrong.step.recorded());
  EXPECT_TRUE(at::equal(plain.optimizer.values(), wrong.optimizer.values()));
}

}  // namespace
}  // namespace madsearch
