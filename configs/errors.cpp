#include "configs/errors.h"

#include <algorithm>

namespace madsearch {
namespace {

/// Optimal string alignment: a swap of neighbours is one edit.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i)
    for (std::size_t j = 1; j <= b.size(); ++j) {
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  return d[a.size()][b.size()];
}

}  // namespace

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
  const std::string* best = nullptr;
  std::size_t nearest = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const auto& candidate : candidates) {
    const auto distance = edit_distance(word, candidate);
    if (distance >= nearest) continue;
    nearest = distance;
    best = &candidate;
  }
  return best ? "\n  did you mean \"" + *best + "\"?" : "";
}

std::string point_at(std::string_view name, std::string_view text, std::size_t position, std::size_t length,
                     std::string_view message) {
  position = std::min(position, text.size());
  const auto line_start = position == 0 ? 0 : text.rfind('\n', position - 1) + 1;  // npos + 1 == 0
  const auto line_end = std::min(text.find('\n', position), text.size());
  const auto line = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(position), '\n') + 1;
  const auto column = position - line_start;
  const auto number = std::to_string(line);
  const auto shown = text.substr(line_start, line_end - line_start);
  std::string indent;  // tabs stay tabs, so that the caret stands under its word
  for (const char c : shown.substr(0, column)) indent += c == '\t' ? '\t' : ' ';
  length = std::clamp<std::size_t>(length, 1, std::max<std::size_t>(1, line_end - position));
  return std::string(name) + ":" + number + ":" + std::to_string(column + 1) + ": " + std::string(message) + "\n  " +
         number + " | " + std::string(shown) + "\n  " + std::string(number.size(), ' ') + " | " + indent +
         std::string(length, '^');
}

}  // namespace madsearch
