#pragma once
#include <string>
#include <vector>

#include "engine/study/fidelity.h"

namespace madsearch {

/// A battery put together from parts of others. Each task has the first setting or all settings from one of them, or is
/// left out.
struct BatteryChoice {
  std::vector<std::string> parts;  // "in-context-recall of pool-short, first setting"
  double rank = 0;          // correlation with the reference on the designs it was chosen on, mean over seed sets
  double core_seconds = 0;  // of a candidate, median over these designs
};

/// For each limit (core seconds of a candidate) the choice within it that has the highest rank correlation with the
/// reference; no entry where nothing is within the limit. Parts on which more than half of the designs are at ceiling
/// or floor are not used. All tasks weigh the same. `partial`: tasks may be left out. `pool[i]` holds the same designs
/// in the same order for every battery i; every battery has the same tasks in the same order; `limits` ascend.
std::vector<BatteryChoice> choose_battery(const std::vector<Battery>& batteries,
                                          const std::vector<std::vector<Compared>>& pool,
                                          const std::vector<double>& limits, bool partial);

}  // namespace madsearch
