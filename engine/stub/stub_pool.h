#pragma once
#include <iosfwd>

#include "engine/stub/stub_options.h"

namespace madsearch {

/// A pool of many slots in one process, which compute nothing (stub_worker.h).
int run_stub_pool(std::istream& in, std::ostream& out, const StubOptions& options);

}  // namespace madsearch
