#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "engine/worker/optimizer.h"

namespace madsearch {

/// Where a pretraining stands. What follows from it is the same as without the interruption.
struct Checkpoint {
  std::uint64_t fingerprint = 0;  // of request and data: another run's file is refused
  double learning_rate = 0, tuning_flops = 0, core_seconds = 0;
  AdamW::Saved saved;
};

/// Writes to `file` by way of `file.new`: write, fsync, rename, fsync the folder; a kill at any moment leaves the old
/// one or the new one. Throws std::runtime_error in one sentence if the disk is full or the folder cannot be written;
/// the old file stays.
void write_checkpoint(const std::string& file, const Checkpoint& checkpoint);

/// Nothing if there is no file. ConfigError if it is not a checkpoint or of another fingerprint.
std::optional<Checkpoint> read_checkpoint(const std::string& file, std::uint64_t fingerprint);

}  // namespace madsearch
