#include "engine/dispatch/slot_use.h"

namespace madsearch {

double busy_share(const std::vector<SlotUse>& slots) {
  double busy = 0;
  double total = 0;
  for (const auto& slot : slots) {
    busy += slot.busy;
    total += slot.total;
  }
  return total > 0 ? busy / total : 0;
}

PoolUse pool_use(const std::string& name, const std::vector<SlotUse>& slots) {
  PoolUse out{.name = name, .slots = static_cast<std::int64_t>(slots.size()), .busy_share = busy_share(slots)};
  for (const auto& slot : slots) {
    out.requests += slot.requests;
    for (const auto& [host, count] : slot.losses) out.losses[host] += count;
  }
  return out;
}

}  // namespace madsearch
