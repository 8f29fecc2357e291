#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/dispatch/slot_use.h"

namespace madsearch {

/// Says how many slots have a worker, when that changes: at once when the first comes or the last goes, else not more
/// often than people want to read it.
class SlotNews {
 public:
  /// `now`: seconds, of any clock. "" where there is nothing to say.
  std::string news(const std::vector<PoolUse>& pools, double now);

 private:
  std::optional<std::int64_t> told_;  // workers
  std::optional<double> when_;        // that was; before that when it began
};

/// "3 of 8 slots have a worker: slurm 2 of 6 (4 start or wait in a queue), local 1 of 2"
std::string slots_text(const std::vector<PoolUse>& pools);

/// "slurm: 6 slots, busy 81.5 % of the time, 120 requests; workers lost: 2 on node7, 1 on node9"
std::string to_text(const PoolUse& pool);

}  // namespace madsearch
