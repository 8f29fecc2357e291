#include "engine/worker/training_memory.h"

#include <algorithm>

#include "engine/worker/predicted_memory.h"

namespace madsearch {
bool has_room(double needed, std::int64_t bytes) { return kMemoryError * needed <= static_cast<double>(bytes); }

bool is_hopeless(double needed, std::int64_t bytes) { return needed > kMemoryError * static_cast<double>(bytes); }

/// By loops gradients alone; else a copy of them beside, then the vectors that it makes of that.
double memory_of_update(double weights, const at::Device& device) { return (device.is_cpu() ? 1 : 2) * weights; }

MemoryPrediction::MemoryPrediction(double stays, double weights, const ReplicaPlan& plan, const at::Device& device,
                                   std::int64_t bytes)
    : memory_{stays, memory_of_update(weights, device)}, at_once_(plan.at_once), device_(device), bytes_(bytes) {
  if (plan.step.parts > 1) memory_.stays += weights;  // the gradients of the parts before
}

void MemoryPrediction::add(const std::function<void(const Batch&)>& work,
                           const std::function<Batch(std::int64_t)>& batch, std::int64_t sequences) {
  const auto settled = [this](double least, double most) { return is_settled(least, most); };
  const auto limit = static_cast<double>(bytes_) - memory_.stays;
  memory_.passing = std::max(memory_.passing, predict_memory({work, batch, sequences, device_, settled, limit}));
}

/// It takes less than something else, or has room twice, or one replica is too much for certain.
bool MemoryPrediction::is_settled(double least, double most) const {
  const auto of_one = memory_.stays + least / static_cast<double>(at_once_);
  return most < memory_.passing || has_room(2 * (memory_.stays + most), bytes_) || is_hopeless(of_one, bytes_);
}

}  // namespace madsearch
