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

}  // namespace madsearch
