#pragma once
#include <string>
#include <vector>

#include "engine/run/config.h"
#include "results/store.h"

namespace madsearch {

/// What is wrong with a run's store, a sentence each. Everything that follows from something else is computed again:
/// costs and hashes of candidates, scores, violations and sums of evaluations, the sizes of pretrained designs, and, by
/// a search that is given the stored results, every decision, the counts of operators and the signature. Trainings,
/// curves and attempts must belong to something. Of what was measured it says what can't be. `config` is the run's own
/// (stored_run, directory.h); nothing else is read.
std::vector<std::string> problems_of(const Store& store, const RunConfig& config);

}  // namespace madsearch
