#pragma once
#include <string>

#include "engine/dispatch/messages.h"

namespace madsearch {

/// The name of this machine, "unknown" if it has none.
std::string host_name();

/// Of this process, as /proc tells; zeros where it can't.
Memory own_memory();

}  // namespace madsearch
