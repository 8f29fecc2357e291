#pragma once
#include <filesystem>
#include <string>

#include "results/store.h"

namespace madsearch {

/// The command that trains a candidate of the run in `folder` as the run's configuration pretrains, at the learning
/// rate that was chosen for it if it was pretrained, and keeps the weights.
std::string command_that_makes_weights(const Store& store, const std::filesystem::path& folder,
                                       const CandidateRecord& candidate);

}  // namespace madsearch
