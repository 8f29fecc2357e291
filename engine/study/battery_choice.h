#pragma once
#include <string>
#include <vector>

#include "engine/study/fidelity.h"

namespace madsearch {

/// A battery put together from parts of others: of each task the first or all settings of one of them, or none.
struct BatteryChoice {
  std::vector<std::string> parts;  // "in-context-recall of pool-short, first setting"
  double rank = 0;                 // with reference on the designs it was chosen on, mean over seed sets
  double core_seconds = 0;         // of a candidate, median over them
};

/// The choice of highest rank correlation with reference whose cost is within a limit (core seconds), for each limit;
/// none where there is none. Parts on which more than half of the designs are at ceiling or floor are not drawn on. All
/// tasks weigh the same. `pool[i]` are the same designs in the same order for every battery i; every battery has the
/// same tasks in the same order.
std::vector<BatteryChoice> choose_battery(const std::vector<Battery>& batteries,
                                          const std::vector<std::vector<Compared>>& pool,
                                          const std::vector<double>& limits, bool partial);

}  // namespace madsearch
