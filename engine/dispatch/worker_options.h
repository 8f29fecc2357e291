#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "engine/dispatch/pool.h"
#include "engine/dispatch/process.h"

namespace madsearch {

/// Who computes: a process for every slot of this machine and every copy elsewhere. Times are in seconds.
struct WorkerOptions {
  std::vector<Pool> pools = {Pool{}};
  std::string mps = "auto";      // "auto", "on" or "off": NVIDIA's service for slots that share a GPU (mps.h)
  std::int64_t attempts = 2;     // that end in the same way before a request is given up
  double restart_seconds = 0.2;  // from a slot's second failure in a row to its next worker; doubles with each more
  double longest_restart_seconds = 120;
  double unusable_seconds = 0;  // without any worker that starts, after which the coordinator gives up; 0: 600, or
                                // never where a pool is elsewhere
  double pause_seconds = 1;     // doing nothing for so long, the coordinator was suspended
  double check_seconds = 60;    // limit to a check training
  bool eager = false;           // workers are there before there is something to do
  Farewell farewell;
};

/// Where attempts are remembered, so that a request that kills its worker is not tried for ever.
struct Attempts {
  /// Called before a launch; answers how many there have been, this one included.
  std::function<int(const std::string& id)> begin = [](const std::string&) { return 1; };
  /// Called where none of the attempts at a request is to count: they were under way when the coordinator ended, or it
  /// never came out whether the request or the machinery was to blame.
  std::function<void(const std::string& id)> forget = [](const std::string&) {};
};

}  // namespace madsearch
