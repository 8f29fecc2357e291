#pragma once
#include <cstdint>
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
  double cost = 0;                // forward FLOPs; 0: not known
  std::int64_t number = 0;        // of its submission; kept when it is tried again
  std::vector<Failure> failures;  // in order
  int excused = 0;                // attempts that failed through no fault of it, as a process was suspended
  std::int64_t needs_above = 0;   // bytes: the memory of the roomiest worker that has refused it
  bool suspended = false;         // this program was, while its worker computed it
  bool begun = false;             // its attempts are counted elsewhere (Attempts)
  bool check = false;             // a check of its worker (check_training.h), for which nobody waits

  bool operator<(const Job& other) const;  // goes first
  bool failed_on(std::size_t slot) const;
};

/// The answer to a request that came to nothing after failures of `outcome`. What the last worker said about it is kept
/// where one said something. Precondition: it has failed.
Reply answer_without_result(const Job& job, Outcome outcome);

}  // namespace madsearch
