#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace madsearch {

/// Where a slot's time went, in seconds.
struct SlotUse {
  std::string device;
  std::int64_t requests = 0;  // answered, by a worker's death too
  double total = 0;           // since the coordinator was made
  double busy = 0;            // between a request and its answer
  double starting = 0;        // a worker's start, until it said hello
  double tail = 0;            // since the slot's last answer, if it has nothing to do
  double resident_mib = 0;    // of its worker after the last answer
  double peak_mib = 0;        // the most that any of its workers held
};

/// Busy seconds of all slots as a share of all their seconds.
double busy_share(const std::vector<SlotUse>& slots);

}  // namespace madsearch
