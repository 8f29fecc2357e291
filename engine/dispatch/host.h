#pragma once
#include <string>

namespace madsearch {

/// The name of this machine, "unknown" if it has none.
std::string host_name();

}  // namespace madsearch
