#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "engine/dispatch/messages.h"
#include "engine/run/config.h"
#include "results/records.h"
#include "search/architecture/genome.h"

namespace madsearch {

// Seed sets 1, 2, ... that no search asks for: a stream of the run's seed of its own. What is measured on them is not
// stored with the run, so neither its decisions nor what `check` says of it can depend on them.

/// The trainings of a design, sized, on the sets 1..`sets` of the run's battery: by set, task and setting. Ids are left
/// to the caller.
std::vector<TrainRequest> new_set_requests(const RunConfig& config, const Genome& sized, std::int64_t sets);

/// What they came to, a finished evaluation a set; `trainings` in the order of the requests.
std::vector<EvaluationRecord> new_set_evaluations(const RunConfig& config, const std::string& hash,
                                                  const std::vector<TrainingRecord>& trainings);

}  // namespace madsearch
