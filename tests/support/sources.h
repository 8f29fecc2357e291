#pragma once
#include <string>
#include <vector>

namespace madsearch {

/// The files of a folder of the checkout whose names end in `ending`, without folder and ending, sorted:
/// stems("mad_tasks", ".h").
std::vector<std::string> stems(const std::string& folder, const std::string& ending);

/// A file of the checkout, "" if it is missing.
std::string source(const std::string& path);

}  // namespace madsearch
