#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "report.h"

namespace madsearch {

/// What went with scores over all designs of the runs in `folders`; the text has the `top` surest features, the other
/// forms all. Throws as store_in, and ConfigError for runs that don't compare or have too few designs.
Report effects_view(const std::vector<std::string>& folders, std::size_t top);

}  // namespace madsearch
