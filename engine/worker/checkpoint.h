#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "engine/worker/optimizer.h"

namespace madsearch {

/// Where a pretraining stands. Going on from it gives the same as no interruption.
struct Checkpoint {
  std::uint64_t fingerprint = 0;  // of request and data: another run's file is refused
  double learning_rate = 0;
  double tuning_flops = 0;
  double core_seconds = 0;
  AdamW::Saved saved;
};

/// Writes `file`.new, syncs it to the disk, renames it to `file` and syncs the folder, so that a kill at any moment
/// leaves the old file or the new one. Throws std::runtime_error in one sentence if the disk is full or the folder
/// cannot be written; the old file stays.
void write_checkpoint(const std::string& file, const Checkpoint& checkpoint);

/// Nothing if there is no file. Throws ConfigError if it is no checkpoint, of another fingerprint or cut off.
std::optional<Checkpoint> read_checkpoint(const std::string& file, std::uint64_t fingerprint);

}  // namespace madsearch
