#pragma once
#include <string>

#include "results/store.h"

namespace madsearch {

/// The candidate of a run whose id begins with `id`. Throws ConfigError unless there is exactly one.
CandidateRecord candidate_of(const Store& store, const std::string& id);

}  // namespace madsearch
