#include "engine/worker/room.h"

#include <c10/util/Exception.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace madsearch {
namespace {

/// A training of 100 bytes that stay, and of 600 that six replicas take beside them with eight sequences, 400 of those
/// for the sequences.
class Made {
 public:
  explicit Made(std::int64_t most_parts = 1) : most_parts_(most_parts) {}

  ReplicaPlan in(std::int64_t bytes, bool record = false, bool on_cpu = false) {
    Recorder recorder;
    if (record) recorder = [](const std::function<void()>&) -> std::unique_ptr<Recording> { return nullptr; };
    const auto make = [&](const ReplicaPlan& plan) { plans_.push_back(plan); };
    const auto memory = [](const ReplicaPlan& plan) {
      const auto of_sequences = 400.0 / static_cast<double>(plan.step.parts);
      return TrainingMemory{100, (200 + of_sequences) * static_cast<double>(plan.at_once) / 6};
    };
    const auto out = fit({make, memory, [&] { return most_parts_; }}, {6, {recorder}}, bytes, on_cpu);
    EXPECT_EQ(out.at_once, plans_.back().at_once);
    EXPECT_EQ(out.step.parts, plans_.back().step.parts);
    return plans_.back();
  }

  std::string refusal(std::int64_t bytes, bool on_cpu = false) {
    try {
      in(bytes, false, on_cpu);
    } catch (const NoRoom& why) {
      return to_text(why);
    }
    return "made";
  }

  std::size_t times() const { return plans_.size(); }

 private:
  std::int64_t most_parts_;
  std::vector<ReplicaPlan> plans_;
};

TEST(Room, IsForAllReplicasWithAQuarterToSpare) {
  EXPECT_EQ(Made().in(875).at_once, 6);
  EXPECT_EQ(Made().in(874).at_once, 5);
  EXPECT_EQ(Made().in(500).at_once, 3);
}

TEST(Room, IsForARecordingWhereAllFitsTwice) {
  EXPECT_TRUE(Made().in(1750, true).step.recorder);
  EXPECT_FALSE(Made().in(1750, false).step.recorder) << "nobody asked";
  EXPECT_FALSE(Made().in(1749, true).step.recorder);
  EXPECT_EQ(Made().in(1749, true).at_once, 6);
}

TEST(Room, IsTriedForOneReplicaUnlessThatIsTooMuchForCertain) {
  EXPECT_EQ(Made().in(250).at_once, 1);
  EXPECT_EQ(Made().in(160).at_once, 1);
  EXPECT_EQ(Made().refusal(159),
            "not tried: one replica alone needs 0 MiB of memory, this worker may take 0 MiB of its device's");
}

TEST(Room, IsMadeByPartsOfABatchWhereOneReplicaIsTooMuch) {
  EXPECT_EQ(Made(8).in(250).step.parts, 1);
  EXPECT_EQ(Made(8).in(249).step.parts, 2);
  EXPECT_EQ(Made(8).in(200).step.parts, 4) << "100 that stay, 33 a replica and 17 for the sequences";
  EXPECT_EQ(Made(8).in(150).step.parts, 8) << "tried with the least that can be computed at once";
  EXPECT_EQ(Made(3).in(150).step.parts, 3);
  EXPECT_EQ(Made(8).refusal(100),
            "not tried: one replica, its batches in 8 parts, needs 0 MiB of memory, this worker "
            "may take 0 MiB of its device's");
}

/// Sums in another order would be other numbers, and stored studies are to be the same bit for bit.
TEST(Room, OfACpuIsForAllOrNothing) {
  Made all(8);
  EXPECT_EQ(all.in(700, false, true).at_once, 6);
  EXPECT_EQ(all.times(), 1);
  EXPECT_EQ(Made(8).refusal(699, true),
            "not tried: its 6 replicas need 0 MiB of memory, this worker may take 0 MiB of its device's");
}

/// Of 100 bytes for each replica and sequence of a batch of eight, where 1,000 are there.
TEST(Room, IsLookedForWhereMemoryRunsOutInARehearsal) {
  std::vector<ReplicaPlan> plans;
  const auto make = [&](const ReplicaPlan& plan) { plans.push_back(plan); };
  const auto memory = [](const ReplicaPlan& plan) {
    const auto bytes = 800.0 * static_cast<double>(plan.at_once) / static_cast<double>(plan.step.parts);
    if (bytes > 1000) throw c10::OutOfMemoryError({__func__, __FILE__, 1}, "out of memory");
    return TrainingMemory{0, bytes};
  };
  const auto found = fit({make, memory, [] { return 8; }}, {3, {}}, 1000, false);
  EXPECT_EQ(found.at_once, 1);
  EXPECT_EQ(found.step.parts, 1);
  EXPECT_THROW(fit({make, memory, [] { return 1; }}, {3, {}}, 300, false), NoRoom);

  const auto never = [](const ReplicaPlan&) -> TrainingMemory {
    throw c10::OutOfMemoryError({__func__, __FILE__, 1}, "out of memory");
  };
  EXPECT_THROW(fit({make, never, [] { return 8; }}, {3, {}}, 1000, false), c10::OutOfMemoryError);
  EXPECT_EQ(plans.back().step.parts, 8) << "the smallest form was tried";
}

/// A second choice may be too much as well: what was foretold of six held for six.
TEST(Room, IsLookedForUntilItIsFound) {
  const auto make = [](const ReplicaPlan&) {};
  const auto memory = [](const ReplicaPlan& plan) {
    return TrainingMemory{100, 600 + 10 * static_cast<double>(plan.at_once)};
  };
  const auto found = fit({make, memory, [] { return 1; }}, {6, {}}, 890, false);
  EXPECT_EQ(found.at_once, 1);
}

}  // namespace
}  // namespace madsearch
