#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/dispatch/messages.h"

namespace madsearch {

/// An attempt at a request that gave no result.
struct Failure {
  Outcome outcome = Outcome::kLost;  // of the request, if it stays so
  std::size_t slot = 0;              // its number; 0: an attempt of an earlier session
  std::int64_t successes = 0;        // that the slot had had by then
  std::string sentence;              // "worker 1 (cpu) ended: signal 9 (Killed)"
  std::optional<Reply> reply;        // of an answer with an outcome: what the worker said
  Provenance provenance;             // of the attempt
  bool counts = true;                // false: its slot turned out to fail at everything
};

/// The outcome that `attempts` of the failures that count have in common, if there is one: the worker's death may be
/// followed by an error, and neither has repeated then.
std::optional<Outcome> repeated(const std::vector<Failure>& failures, std::int64_t attempts);

/// How many of the failures that count have this outcome.
std::int64_t times(const std::vector<Failure>& failures, Outcome outcome);

/// "worker 1 (cpu) ended: signal 9 (Killed), 2 times; worker 2 (cpu) was silent for 120 s"
std::string reasons(const std::vector<Failure>& failures);

}  // namespace madsearch
