#pragma once
#include <map>
#include <string>

namespace madsearch {

// Results of a former run that a run did not train again. They stand among its inputs: under "imported RUN" a line for
// each training, its id and behind a tab all else of it (engine/run/imports.h).
inline constexpr const char* kImported = "imported ";

/// By evaluation_key (results/retries.h), which evaluations were imported, and from which run. `inputs`: of the store.
std::map<std::string, std::string> imported_evaluations(const std::map<std::string, std::string>& inputs);

}  // namespace madsearch
