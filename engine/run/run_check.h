#pragma once
#include <string>
#include <vector>

#include "engine/run/config.h"
#include "results/run_meta.h"
#include "results/store.h"

namespace madsearch {

/// Whether the search that made the run is still the one that this program runs: a search draws from the primitives and
/// knobs of its day, which change with kScoring.
bool decisions_can_be_checked(const RunMeta& meta);

/// What is wrong with a run's store, a sentence each. Everything that follows from something else is computed again:
/// costs and hashes of candidates, scores, violations and sums of evaluations, the sizes of pretrained designs, and, by
/// a search that is given the stored results, every decision, the counts of operators and the signature (if
/// decisions_can_be_checked). Trainings, curves and attempts must belong to something. Of what was measured it says
/// what can't be. `config` is the run's own (stored_run, directory.h); nothing else is read.
std::vector<std::string> problems_of(const Store& store, const RunConfig& config);

}  // namespace madsearch
