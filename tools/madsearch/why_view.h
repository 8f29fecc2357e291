#pragma once
#include <filesystem>
#include <string>

#include "report.h"
#include "results/reasons.h"
#include "results/store.h"

namespace madsearch {

/// What the battery of the run in `folder` says a design deviates between seed sets; nothing where it says nothing or
/// the store of an earlier release doesn't hold it.
std::optional<double> expected_deviation(const Store& store, const std::filesystem::path& folder);

/// Why a candidate of the run in `folder` is on the front or not. As CSV the designs beside it.
Report why_view(const FrontReasons& reasons, const std::string& folder, const CandidateRecord& candidate);

}  // namespace madsearch
