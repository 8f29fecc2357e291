#pragma once
#include <string>
#include <vector>

#include "configs/reader.h"
#include "engine/dispatch/pool.h"

namespace madsearch {

/// The number of seconds at `key`, at least 1 and at most a week; kNever where it says `never`. Throws ConfigError.
double seconds_or_never(Reader& in, const std::string& key, double otherwise);

/// Who computes: `pools:`, or what said it before (worker, devices, slots_per_device), which adds a note. Slots that
/// are left to the program are 0. Throws ConfigError.
std::vector<Pool> read_pools(Reader& in, std::vector<std::string>& notes);

/// How many slots a search can keep busy: what lag lets be under way, each as many trainings at least.
struct MostSlots {
  std::int64_t lag = 0;
  std::int64_t trainings = 0;
};

/// Chooses the slots that are left to the program. Throws ConfigError where there are more than can be kept busy.
void fit_slots(Reader& in, std::vector<Pool>& pools, const MostSlots& most);

}  // namespace madsearch
