#include "configs/errors.h"

#include <algorithm>

#include "configs/text.h"

namespace madsearch {
namespace {

constexpr std::size_t kShown = 100;  // bytes of a line before the place of an error, and from there on

/// The last `most` bytes of `text`, from the beginning of a letter on, with an ellipsis where something was cut.
std::string end_of(std::string_view text, std::size_t most) {
  if (text.size() <= most) return printable(text);
  auto from = text.size() - most;
  while (from < text.size() && !begins_letter(text[from])) ++from;
  return "..." + printable(text.substr(from));
}

}  // namespace

std::string point_at(std::string_view name, std::string_view text, std::size_t position, std::size_t length,
                     std::string_view message) {
  position = std::min(position, text.size());
  const auto line_start = position == 0 ? 0 : text.rfind('\n', position - 1) + 1;  // npos + 1 == 0
  const auto line_end = std::min(text.find('\n', position), text.size());
  const auto line = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(position), '\n') + 1;
  const auto column = position - line_start;
  const auto number = std::to_string(line);
  const auto before = end_of(text.substr(line_start, column), kShown);
  const auto behind = text.substr(position, line_end - position);
  const auto rest = printable(behind, kShown);
  const auto marked = std::min(letters(behind.substr(0, length)), letters(rest));
  return printable(name) + ":" + number + ":" + std::to_string(column + 1) + ": " + std::string(message) + "\n  " +
         number + " | " + before + rest + "\n  " + std::string(number.size(), ' ') + " | " +
         std::string(letters(before), ' ') + std::string(std::max<std::size_t>(1, marked), '^');
}

}  // namespace madsearch
