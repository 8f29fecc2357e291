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

bool is_dumb() {
  const char* kind = std::getenv("TERM");
  return kind == nullptr || std::string_view(kind) == "dumb";
}

}  // namespace

std::optional<int> columns_of_stdout() {
  if (isatty(STDOUT_FILENO) == 0) return {};
  return columns(STDOUT_FILENO);
}

std::optional<int> columns_for_pictures() {
  if (is_dumb()) return {};
  return columns_of_stdout();
}

std::function<int()> columns_of_stderr() {
  if (isatty(STDERR_FILENO) == 0 || is_dumb()) return {};
  return [] { return columns(STDERR_FILENO); };
}

}  // namespace madsearch
