#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine/run/config.h"
#include "results/run_meta.h"

namespace madsearch {

/// What a run's store holds of its search.
struct StoredSearch {
  std::map<std::string, CandidateRecord> candidates;     // by hash
  std::map<std::int64_t, EvaluationRecord> evaluations;  // by number
};

/// Searches again, and gives the search what is stored. Says where it decides otherwise than the store has it: what an
/// evaluation is, where a candidate came from, how often operators were used, the signature.
/// `options`: search_options (summary.h) of the run.
std::vector<std::string> problems_of_decisions(const StoredSearch& stored, const SearchOptions& options,
                                               const RunMeta& meta, const RunConfig& config);

}  // namespace madsearch
