// A line from a worker or to one. Refused by std::invalid_argument; what is read is the same when it is written and
// read again.
#include <stdexcept>

#include "engine/dispatch/messages.h"
#include "tests/fuzz/support.h"
#include "tests/fuzz/targets.h"

namespace madsearch {

int fuzz_messages(const std::uint8_t* data, std::size_t size) {
  const auto line = text_of(data, size);
  const auto rewritten = [](const std::string& text) {
    const auto read = from_line(text);
    return to_line(read.message, read.attempt);
  };
  error_at(line, "");
  try {
    const auto written = rewritten(line);
    hold(written.find('\n') == std::string::npos, "a message is one line");
    hold(rewritten(written) == written, "a message that is read is the one that was written: " + written);
  } catch (const std::invalid_argument&) {
  }
  return 0;
}

}  // namespace madsearch
