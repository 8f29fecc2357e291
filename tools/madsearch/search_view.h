#pragma once
#include <cstdint>

#include "engine/run/directory.h"
#include "record.h"

namespace madsearch {

/// How much is told of each training.
enum class Trainings {
  kTimes,  // where and when it was, and why it failed; of the newest ones
  kWhole   // all that is stored
};

/// All that a run's store holds, for programs and for the page:
///
///   front        as `madsearch front` prints it
///   folder, planned (evaluations), spent_seconds, pools, primitives (name: family)
///   candidates   each as `show` prints it, and how it scored (as in the front)
///   evaluations  each as `show` prints it, and when its last training ended ("ended"); those from `from` on
///   trainings    each as `show` prints it, with the number of its evaluation
///   progress     [{number, hypervolume, best}] after each evaluation that changed one of them, by the search's scores
///   operators    [{name, tried, succeeded}]
///
/// `from`: of candidates and evaluations only those from this number on, and of the candidates also those that have
/// such an evaluation.
Record search_view(const StandingRun& run, const std::string& folder, Trainings trainings, std::int64_t from = 0);

}  // namespace madsearch
