#include "layout.h"

#include <algorithm>
#include <sstream>

#include "configs/text.h"

namespace madsearch {
namespace {

constexpr std::size_t kFurtherIn = 4;  // letters that a row's second line begins behind its first
constexpr std::size_t kReadable = 30;  // letters that a text is broken into at least

/// Where `text` ends after `most` letters.
std::size_t after(const std::string& text, std::size_t most) {
  std::size_t at = 0;
  for (; at < text.size(); ++at)
    if (begins_letter(text[at]) && most-- == 0) break;
  return at;
}

/// The text in lines of at most `width` letters, broken at spaces; longer words anywhere.
std::vector<std::string> broken(std::string text, std::size_t width) {
  std::vector<std::string> out;
  while (letters(text) > width) {
    const auto end = after(text, width);
    const auto space = text.rfind(' ', end);
    const auto word = text.find_first_not_of(' ');
    const auto cut = space == std::string::npos || space <= word ? end : space;
    out.push_back(text.substr(0, cut));
    text.erase(0, cut == space ? cut + 1 : cut);
  }
  out.push_back(text);
  return out;
}

/// Columns that stand in one line; of the last the texts may be broken.
struct Band {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t last_width = 0;  // letters that the last column has
};

/// The columns, from left to right, in lines of `room` letters, less so much for all but the first.
std::vector<Band> bands(const std::vector<std::size_t>& widths, const std::vector<bool>& left, std::size_t room) {
  std::vector<Band> out;
  for (std::size_t begin = 0; begin < widths.size();) {
    const auto here = std::max<std::size_t>(1, out.empty() ? room : room - std::min(room, kFurtherIn));
    auto used = std::min(widths[begin], here);
    auto end = begin + 1;
    for (; end < widths.size() && used + 2 + widths[end] <= here; ++end) used += 2 + widths[end];
    auto last = std::min(widths[end - 1], here);
    const bool texts_end_it = end + 1 == widths.size() && left[end] && used + 2 + kReadable <= here;
    if (texts_end_it) last = here - used - 2, ++end;
    out.push_back({begin, end, last});
    begin = end;
  }
  return out;
}

std::string aligned(const std::string& cell, std::size_t width, bool left) {
  const std::string padding(width - std::min(width, letters(cell)), ' ');
  return left ? cell + padding : padding + cell;
}

std::string without_spaces_behind(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

}  // namespace

std::string laid_out(const std::vector<Row>& rows, const std::vector<bool>& left, const std::string& indent,
                     std::optional<int> columns) {
  std::vector<std::size_t> widths(left.size());
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], letters(row[i]));
  const auto most = columns ? static_cast<std::size_t>(std::max(1, *columns)) : std::string::npos;
  const auto all = bands(widths, left, most - std::min(most, indent.size()));
  std::string out;
  for (const auto& row : rows) {
    for (const auto& band : all) {
      auto line = indent + std::string(&band == &all.front() ? 0 : kFurtherIn, ' ');
      for (auto i = band.begin; i + 1 < band.end; ++i) line += aligned(row[i], widths[i], left[i]) + "  ";
      const std::string below(letters(line), ' ');
      const auto last = band.end - 1;
      for (const auto& piece : broken(row[last], band.last_width)) {
        line = without_spaces_behind(line + aligned(piece, std::min(widths[last], band.last_width), left[last]));
        if (!line.empty() || &band == &all.front()) out += line + "\n";
        line = below;
      }
    }
  }
  return out;
}

std::string broken_at(int columns, const std::string& text, std::size_t further_in) {
  const auto most = static_cast<std::size_t>(std::max(1, columns));
  std::string out;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    line = without_spaces_behind(line);
    const auto indent = std::min(line.find_first_not_of(' '), line.size());
    const auto below = std::min(indent > 0 ? std::max(indent, further_in) : 0, most / 2);
    const auto first = broken(line, most).front();
    out += first + "\n";
    if (first.size() == line.size()) continue;
    const auto rest = line.substr(line.find_first_not_of(' ', first.size()));
    for (const auto& piece : broken(rest, most - below)) out += std::string(below, ' ') + piece + "\n";
  }
  return out;
}

}  // namespace madsearch
