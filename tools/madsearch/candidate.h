#pragma once
#include <filesystem>
#include <string>

#include "results/store.h"

namespace madsearch {

/// The candidate of a run whose id begins with `id`. Throws ConfigError unless there is exactly one.
CandidateRecord candidate_of(const Store& store, const std::string& id);

/// A design as a run has it, or would have it.
struct NamedDesign {
  CandidateRecord candidate;
  bool stored = true;  // the run has met it; else its origin is empty
};
/// What a word names in the run in `folder`: a candidate by the beginning of its id, one of the run's hand designs by
/// its name, else a design by name, file or text, repeated to the run's stages. Throws ConfigError.
NamedDesign design_of(const Store& store, const std::filesystem::path& folder, const std::string& word);
/// The same of one that the run has met. Throws ConfigError.
CandidateRecord known_design_of(const Store& store, const std::filesystem::path& folder, const std::string& word);

}  // namespace madsearch
