#pragma once
#include <cstdint>
#include <optional>

namespace madsearch {

/// What a training takes of its device's memory, in bytes, with so many replicas computed at once.
struct TrainingMemory {
  double stays = 0;    // as long as it lasts: parameters, moments, kept weights
  double passing = 0;  // while it takes a step or a look; in proportion to the replicas that are computed at once
};

/// How a training fits into a memory.
struct Room {
  std::int64_t at_once = 0;  // replicas
  bool recorded = false;     // its steps may be recorded, which takes their memory twice
};

/// For the gaps of an allocator: what tensors hold is predicted closer (tests/engine/worker/predicted_memory_test.cpp)
inline constexpr double kMemoryError = 1.25;

/// What a training may have of `bytes`, by a prediction for `replicas` at once and its error: so many, recorded if that
/// is wanted; else so many; else fewer; and one at a time unless even that is too much for certain.
std::optional<Room> room_for(const TrainingMemory& memory, std::int64_t replicas, bool record, std::int64_t bytes);

}  // namespace madsearch
