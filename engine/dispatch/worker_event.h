#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

namespace madsearch {

/// Something that befell a worker and that people should hear of.
struct WorkerEvent {
  enum class Kind {
    kFailedToStart,  // it ended, fell silent or talked nonsense before it said hello
    kDied,           // its process ended by itself
    kSilent,         // it said nothing for too long and was ended
    kOverdue,        // it was not done long after its request's time limit and was ended
    kLost,           // a pool lost an attempt
    kGarbage,        // it said what no worker should say and was ended
    kFailed,         // it answered that it failed, and was ended, as the failure may stay with its process
    kRemark          // it goes on
  };
  Kind kind = Kind::kRemark;
  std::size_t worker = 0;     // the number of its slot: 1, 2, ...
  std::string device;         // "cpu", "cuda:0"; of a worker elsewhere its pool's name
  std::string host;           // of a worker elsewhere, if it said hello; else ""
  std::string what;           // what follows "worker 2 (cpu)" in the sentence: "ended: signal 9 (Killed)"
  std::string request;        // the id of the request that was lost with it; "" if there was none
  std::int64_t attempt = 0;   // at that request that ended so: 1, 2, ...; 0 without one
  std::int64_t attempts = 0;  // after which it is given up
  bool seldom = false;        // its slot is tried less and less often, and no more is said of it until it works
  bool lost_request() const { return attempt > 0; }
  std::string name() const;  // "worker 2 (cpu)", "worker 2 (slurm on node7)"
};

/// "worker 2 (cpu) ended: signal 9 (Killed); attempt 1 of 2"
std::string to_text(const WorkerEvent& event);

}  // namespace madsearch
