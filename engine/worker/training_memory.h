#pragma once
#include <cstdint>
#include <functional>

#include "engine/worker/replicas.h"

namespace madsearch {

/// What a training takes of its device's memory, in bytes, with so many replicas computed at once.
struct TrainingMemory {
  double stays = 0;    // as long as it lasts: parameters, moments, kept weights
  double passing = 0;  // while it takes a step or a look; in proportion to the replicas computed at once
};

/// For the gaps of an allocator: what tensors hold is predicted closer (tests/engine/worker/predicted_memory_test.cpp)
inline constexpr double kMemoryError = 1.25;

/// With that to spare.
bool has_room(double needed, std::int64_t bytes);
/// Even if that was too much.
bool is_hopeless(double needed, std::int64_t bytes);

/// What AdamW holds while it updates, by bytes of the weights.
double memory_of_update(double weights, const at::Device& device);

/// What a training is going to take, by rehearsals of what it does, as far as it matters in a memory of so many bytes.
class MemoryPrediction {
 public:
  /// `weights`: bytes of those of the replicas that are computed at once.
  MemoryPrediction(double stays, double weights, const ReplicaPlan& plan, const at::Device& device, std::int64_t bytes);
  /// It does this too, with batches of so many sequences; `batch` gives smaller ones.
  void add(const std::function<void(const Batch&)>& work, const std::function<Batch(std::int64_t)>& batch,
           std::int64_t sequences);
  const TrainingMemory& memory() const { return memory_; }

 private:
  bool is_settled(double least, double most) const;

  TrainingMemory memory_;
  std::int64_t at_once_;
  at::Device device_;
  std::int64_t bytes_;
};

}  // namespace madsearch
