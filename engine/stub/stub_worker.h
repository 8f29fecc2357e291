#pragma once
#include <iosfwd>

#include "engine/stub/stub_options.h"

namespace madsearch {

/// A worker that trains nothing: it speaks the messages of engine/dispatch/messages.h and answers with made-up records.
/// For trying searches, kills and pages. With `slots` it is a pool of so many. Returns at the end of `in` with the exit
/// code.
int run_stub_worker(std::istream& in, std::ostream& out, const StubOptions& options);

}  // namespace madsearch
