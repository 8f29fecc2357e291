#pragma once
#include <atomic>
#include <cstdint>
#include <string>

#include "engine/run/assumed_machine.h"
#include "engine/run/config.h"

namespace madsearch {

/// What a run will take: training steps of transformer++ were measured, and the rest follows from FLOPs or tokens.
struct Forecast {
  std::string machine;  // one that is assumed; "" for this one
  std::int64_t slots = 0;
  // at most
  std::int64_t probes = 0;
  std::int64_t batteries = 0;
  std::int64_t confirms = 0;
  std::int64_t pretrainings = 0;

  double gflops = 0;  // of one slot, training, measured; 0 of an assumed machine
  // of one candidate on one slot
  double probe_seconds = 0;
  double battery_seconds = 0;
  double text_seconds = 0;      // beside a battery; 0 without text, and of an assumed machine
  double pretrain_seconds = 0;  // 0 of an assumed machine, of which it isn't known

  double hours = 0;         // of everything on all slots, as if all designs were as fast as transformer++
  double median_ratio = 1;  // how much longer a design of the median primitive takes, where that is known
  double memory_mib = 0;    // of one training, at the battery's longest length
  // of an assumed machine
  double largest_mib = 0;  // the same of the primitive that takes most
  double has_mib = 0;      // its memory; 0: not known
};

/// Asks one of `workers` for the measurement. Throws ConfigError if no worker can make it, and Interrupted once
/// `interrupted` is set.
Forecast forecast(const RunConfig& config, Coordinator& workers, const std::atomic<bool>* interrupted = nullptr);

/// On one slot of a machine that is not at hand. Throws ConfigError for batteries of another width than was measured.
Forecast forecast(const RunConfig& config, const AssumedMachine& machine);

/// Which differences in score the run's fresh seeds will resolve, in one sentence without a full stop.
std::string resolution_text(const RunConfig& config);

/// Several lines for people, without a trailing newline.
std::string to_text(const Forecast& forecast, const RunConfig& config);

}  // namespace madsearch
