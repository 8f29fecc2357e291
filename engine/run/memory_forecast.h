#pragma once
#include <atomic>
#include <cstdint>
#include <string>

#include "engine/run/config.h"

namespace madsearch {

/// The training of a run's battery that takes most memory, of transformer++ with a primitive of the alphabet in place
/// of its attention or its channel mixer.
struct MemoryForecast {
  std::string primitive;
  double mib = 0;          // all replicas of its longest setting at once
  std::int64_t there = 0;  // bytes that a worker may take of its device; 0: not known
  std::string device;
};

/// A worker foretells it from a few sequences of each. Throws ConfigError if it can't, Interrupted once `interrupted`
/// is set.
MemoryForecast forecast_memory(const RunConfig& config, Coordinator& workers,
                               const std::atomic<bool>* interrupted = nullptr);

/// "memory: ...", a line; what becomes of trainings that are too large stands in it.
std::string to_text(const MemoryForecast& forecast);

}  // namespace madsearch
