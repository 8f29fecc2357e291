#pragma once
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "results/store.h"

namespace madsearch {

// An evaluation that failed for no fault of its design is asked for again as a new one at the end of the run. What it
// trains is marked with the try: "HASH/battery/0~1/compression/0".

/// "HASH/RUNG/SEED SET", with "~TRY" from the first retry on: what is evaluated once in a run.
std::string evaluation_key(const EvaluationRecord& evaluation);
/// The key with "/TASK/INDEX".
std::string training_id(const EvaluationRecord& evaluation, const std::string& task, std::size_t index);

/// The training that an evaluation counts: that of its own try, else one of an earlier try that ended well.
std::optional<TrainingRecord> training_of(const Store& store, const EvaluationRecord& evaluation,
                                          const std::string& task, std::size_t index);

/// What may be tried again of a run: its evaluations whose last try ended with one of `outcomes`, as evaluations under
/// way with the next try's mark, in the order of their numbers.
std::vector<EvaluationRecord> retries(const Store& store, const std::set<Outcome>& outcomes);

/// The evaluation that a key names: hash, rung, seed set and try. Throws std::invalid_argument if it is no key.
EvaluationRecord evaluation_of_key(const std::string& key);

}  // namespace madsearch
