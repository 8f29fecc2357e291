#pragma once
#include <iosfwd>
#include <string>

namespace madsearch {

/// How a stub worker behaves. N in "every N": the N-th, 2N-th ... request of the process; 0 never.
struct StubOptions {
  int milliseconds = 20;  // a request takes
  int fail = 0;           // every N: outcome failed
  int crash = 0;          // every N: kills itself
  int hang = 0;           // every N: answers nothing any more, pings neither
  int garbage = 0;        // every N: a line that is no message
  int duplicate = 0;      // every N: answers twice
  std::string poison;     // crashes on every design whose text has this in it
};

/// Reads "milliseconds=20,crash=17"; "" is the default. Throws ConfigError for an unknown name or what is no number.
StubOptions stub_options(const std::string& text);

/// A worker that trains nothing: it speaks the messages of engine/dispatch/messages.h and answers with made-up records.
/// For trying searches, kills and pages. Returns at the end of `in` with the exit code.
int run_stub_worker(std::istream& in, std::ostream& out, const StubOptions& options);

}  // namespace madsearch
