#pragma once
#include <chrono>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "engine/dispatch/failure.h"
#include "engine/dispatch/messages.h"

namespace madsearch {

/// A request, its place in the queue, and how it fared so far.
struct Job {
  Request request;
  std::string id;
  std::int64_t turn = 0;
  double cost = 0;                   // forward FLOPs; 0: not known
  std::int64_t number = 0;           // of its submission; kept when it is tried again
  std::vector<Failure> failures;     // in order
  int excused = 0;                   // attempts that failed through no fault of it, as a process was suspended
  std::int64_t needs_above = 0;      // bytes: what the roomiest worker has that has refused it, for want of memory
  std::set<std::size_t> refused_by;  // numbers of connections that have refused it and don't say what they have
  std::chrono::steady_clock::time_point waits_until;  // once it was refused: for pools elsewhere that have no slots
  bool suspended = false;                             // this program was, while its worker computed it
  bool begun = false;                                 // its attempts are counted elsewhere (Attempts)
  bool check = false;  // a check of its worker (check_training.h), for which nobody waits

  bool operator<(const Job& other) const;  // goes first
  bool failed_on(std::size_t slot) const;
  bool was_refused() const { return needs_above > 0 || !refused_by.empty(); }
};

/// The answer to a request that came to nothing after failures of `outcome`. What the last worker said about it is kept
/// where one said something. Precondition: it has failed.
Reply answer_without_result(const Job& job, Outcome outcome);

}  // namespace madsearch
