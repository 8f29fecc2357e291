#include "engine/dispatch/line_reader.h"

#include <unistd.h>

#include <cerrno>
#include <utility>

namespace madsearch {
namespace {

// The longest true line holds the curves of a training that isn't stopped early: 16 replicas at 5,000 looks are 5 MB.
// What is longer is handed out as it is: it is no message anyway.
constexpr std::size_t longest_line = 8 << 20;

}  // namespace

bool LineReader::read() {
  if (closed_ || unread_.size() > longest_line) return false;
  char buffer[1 << 16];
  const auto n = ::read(descriptor_, buffer, sizeof buffer);
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return errno == EINTR;
  if (n <= 0)
    closed_ = true;  // a last line without its end was cut off
  else
    unread_.append(buffer, static_cast<std::size_t>(n));
  return !closed_;
}

std::vector<std::string> LineReader::lines() {
  std::vector<std::string> out;
  std::size_t start = 0;
  for (auto end = unread_.find('\n'); end != std::string::npos; end = unread_.find('\n', start)) {
    out.push_back(unread_.substr(start, end - start));
    start = end + 1;
  }
  unread_.erase(0, start);
  if (unread_.size() > longest_line) out.push_back(std::exchange(unread_, {}));
  return out;
}

}  // namespace madsearch
