#pragma once
#include <cstdint>
#include <string>

#include "engine/run/config.h"

namespace madsearch {

/// What a run will take: transformer++ is trained for a few steps by one worker, and the rest follows from FLOPs.
struct Forecast {
  std::int64_t slots = 0;
  std::int64_t probes = 0, batteries = 0, confirms = 0, pretrainings = 0;  // at most
  double gflops = 0;                                                       // of one slot, training, measured
  double probe_seconds = 0, battery_seconds = 0, pretrain_seconds = 0;     // of one candidate on one slot
  double hours = 0;       // of everything on all slots, as if all designs were as fast as transformer++
  double memory_mib = 0;  // of one training, at the battery's longest length
};

/// Asks one of `workers` for the measurement. Throws ConfigError if no worker can make it.
Forecast forecast(const RunConfig& config, Coordinator& workers);

/// Several lines for people, without a trailing newline.
std::string to_text(const Forecast& forecast, const RunConfig& config);

}  // namespace madsearch
