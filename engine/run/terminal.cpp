#include "engine/run/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace madsearch {
namespace {

constexpr int kUsual = 80;

int columns(int descriptor) {
  winsize size{};
  if (ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kUsual;
  return size.ws_col;
}

}  // namespace

std::optional<int> columns_of_stdout() {
  if (isatty(STDOUT_FILENO) == 0) return {};
  return columns(STDOUT_FILENO);
}

std::function<int()> columns_of_stderr() {
  const char* kind = std::getenv("TERM");
  if (isatty(STDERR_FILENO) == 0 || kind == nullptr || std::string_view(kind) == "dumb") return {};
  return [] { return columns(STDERR_FILENO); };
}

}  // namespace madsearch
