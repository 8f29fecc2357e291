#pragma once
#include <cstdint>
#include <functional>
#include <string>

#include "engine/worker/replicas.h"
#include "engine/worker/training_memory.h"

namespace madsearch {

/// A training that is to be fitted into a device's memory.
struct Fitting {
  std::function<void(const ReplicaPlan&)> make;              // its replicas, in place of those made before
  std::function<TrainingMemory(const ReplicaPlan&)> memory;  // predicted of those just made
  std::function<std::int64_t()> most_parts;                  // of a batch, of those just made; 1: it can't be parted
};

/// There is no room, with as little computed at once as the device and the design allow.
struct NoRoom {
  double needed = 0;          // bytes
  std::int64_t there = 0;     // the same
  std::int64_t replicas = 1;  // that need them
  std::int64_t parts = 1;     // of a batch
};

/// "not tried: one replica alone needs 3.1 GiB of memory, this worker may take 2.0 GiB of its device's"
std::string to_text(const NoRoom& why);

/// Makes a training as it has room in `bytes`, with kMemoryError to spare.
///
/// On a GPU: all replicas of `whole` at once, recorded if `whole` is and memory is there twice; else all, not recorded;
/// else fewer after one another; else one, and a batch in 2, 4, 8 ... parts. Memory that runs out while a form is
/// predicted is too little for it. What has no room to spare in the last form is made all the same unless that is too
/// much for certain, which throws NoRoom.
/// On a CPU, where numbers stay the same bit for bit, as `whole` is or not at all: the process holds what tensors do
/// and more, and the system kills it where memory is at an end.
/// Returns the form in which it was made.
ReplicaPlan fit(const Fitting& training, const ReplicaPlan& whole, std::int64_t bytes, bool on_cpu);

}  // namespace madsearch
