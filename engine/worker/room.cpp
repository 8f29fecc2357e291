#include "engine/worker/room.h"

#include <algorithm>

namespace madsearch {

std::optional<Room> room_for(const TrainingMemory& memory, std::int64_t replicas, bool record, std::int64_t bytes) {
  const auto there = static_cast<double>(bytes);
  const auto needed = [&](std::int64_t at_once) {
    return memory.stays + memory.passing * static_cast<double>(at_once) / static_cast<double>(replicas);
  };
  if (record && 2 * kMemoryError * needed(replicas) <= there) return Room{replicas, true};
  for (auto at_once = replicas; at_once > 1; --at_once)
    if (kMemoryError * needed(at_once) <= there) return Room{at_once, false};
  if (needed(1) > kMemoryError * there) return {};
  return Room{1, false};
}

}  // namespace madsearch
