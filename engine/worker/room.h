#pragma once
#include <cstdint>
#include <functional>
#include <string>

#include "engine/worker/replicas.h"

namespace madsearch {

/// What a training takes of its device's memory, in bytes, with so many replicas computed at once.
struct TrainingMemory {
  double stays = 0;    // as long as it lasts: parameters, moments, kept weights
  double passing = 0;  // while it takes a step or a look; in proportion to the replicas that are computed at once
};

/// A training that is to be fitted into a device's memory.
struct Fitting {
  std::function<void(const ReplicaPlan&)> make;              // its replicas, in place of those made before
  std::function<TrainingMemory(const ReplicaPlan&)> memory;  // predicted of those just made
  std::function<std::int64_t()> most_parts;                  // of a batch, of those just made; 1: it can't be parted
};

/// There is no room, however little is computed at once.
struct NoRoom {
  double needed = 0;          // bytes
  std::int64_t there = 0;     // the same
  std::int64_t replicas = 1;  // that need them
  std::int64_t parts = 1;     // of a batch
};

/// "not tried: one replica alone needs 3.1 GiB of memory, this worker may take 2.0 GiB of its device's"
std::string to_text(const NoRoom& why);

/// For the gaps of an allocator: what tensors hold is predicted closer (tests/engine/worker/predicted_memory_test.cpp)
inline constexpr double kMemoryError = 1.25;

/// Of what is foretold to pass, with so many replicas at once: is the answer the same wherever it truly lies?
bool is_clear(double passing, std::int64_t at_once, std::int64_t bytes);

/// Makes a training as it has room in `bytes`, with kMemoryError to spare.
///
/// On a GPU: all replicas of `whole` at once, recorded if `whole` is and memory is there twice; else all, not recorded;
/// else fewer after one another; else one, and a batch in 2, 4, 8 ... parts. What has no room to spare even so is made
/// all the same unless that is too much for certain, which throws NoRoom.
/// On a CPU, where numbers stay the same bit for bit: as `whole` is, unless that is too much for certain.
void fit(const Fitting& training, const ReplicaPlan& whole, std::int64_t bytes, bool on_cpu);

}  // namespace madsearch
