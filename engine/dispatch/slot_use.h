#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace madsearch {

/// Where a slot's time went, in seconds.
struct SlotUse {
  std::string pool;
  std::string device;
  std::int64_t requests = 0;                   // answered, by a worker's death too
  double total = 0;                            // since the coordinator was made
  double busy = 0;                             // between a request and its answer
  double starting = 0;                         // a worker's start, until it said hello
  double tail = 0;                             // since the slot's last answer, if it has nothing to do
  double resident_mib = 0;                     // of its worker after the last answer, as that said
  double peak_mib = 0;                         // the most that any of its workers held
  std::map<std::string, std::int64_t> losses;  // of workers that had said hello, by host
};

/// How many slots do what at the moment.
struct SlotStates {
  std::int64_t busy = 0;      // compute something
  std::int64_t idle = 0;      // have a worker with nothing to do
  std::int64_t starting = 0;  // have one that didn't say hello yet
  std::int64_t down = 0;      // have none
};

/// How the slots of a pool fare.
struct PoolUse {
  std::string name;
  std::int64_t slots = 0;
  std::int64_t workers = 0;                    // that are there now
  std::int64_t starting = 0;                   // that are about to, or wait in a queue
  std::int64_t requests = 0;                   // answered
  double busy_share = 0;                       // 0..1
  std::map<std::string, std::int64_t> losses;  // of workers, by host
};

/// Busy seconds of all slots as a share of all their seconds.
double busy_share(const std::vector<SlotUse>& slots);

/// The sum of a pool's slots, without what they do now.
PoolUse pool_use(const std::string& name, const std::vector<SlotUse>& slots);

}  // namespace madsearch
