#include "engine/worker/training_memory.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <vector>

namespace madsearch {
namespace {

/// Work of 100 bytes for itself and 10 for each sequence, and how many sequences it was rehearsed with.
class Rehearsed {
 public:
  void add_to(MemoryPrediction& prediction, std::int64_t sequences) {
    asked.clear();
    const auto work = [this](const Batch& batch) {
      asked.push_back(batch.inputs.size(0));
      const auto own = at::empty({100 + 9 * batch.inputs.size(0)}, at::kByte);
    };
    const auto batch = [](std::int64_t n) { return Batch{at::empty({n}, at::kByte), {}, {}}; };
    prediction.add(work, batch, sequences);
  }
  std::vector<std::int64_t> asked;
};

/// Of two replicas at once.
MemoryPrediction prediction(std::int64_t bytes, std::int64_t parts = 1) {
  return {50, 20, {2, {{}, 0, parts}}, at::kCPU, bytes};
}

TEST(MemoryPrediction, IsOfWhatTakesMost) {
  Rehearsed work;
  auto all = prediction(600);
  work.add_to(all, 32);
  EXPECT_EQ(work.asked, (std::vector<std::int64_t>{1, 2, 4, 8, 16}));
  work.add_to(all, 2);
  EXPECT_EQ(all.memory().stays, 50);
  EXPECT_EQ(all.memory().passing, 100 + 9 * 32);
}

TEST(MemoryPrediction, IsNoCloserThanItMatters) {
  Rehearsed work;
  auto ample = prediction(100'000);
  work.add_to(ample, 32);
  EXPECT_EQ(work.asked, (std::vector<std::int64_t>{1, 2}));
  auto hopeless = prediction(150);
  work.add_to(hopeless, 32);
  EXPECT_EQ(work.asked, (std::vector<std::int64_t>{1, 2}))
      << "388 bytes, of one replica 194 and 50, are 1.25 times 150";
  auto less = prediction(600);
  work.add_to(less, 32);
  work.add_to(less, 4);
  EXPECT_EQ(work.asked, (std::vector<std::int64_t>{1, 2})) << "four sequences take less than 32 whatever they take";
}

TEST(MemoryPrediction, HoldsTheGradientsOfPartsBefore) { EXPECT_EQ(prediction(600, 2).memory().stays, 50 + 20); }

}  // namespace
}  // namespace madsearch
