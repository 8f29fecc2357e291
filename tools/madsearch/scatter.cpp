#include "scatter.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "configs/text.h"

namespace madsearch {
namespace {

// A letter of braille has two columns of four dots.
constexpr int kAcross = 2;
constexpr int kDown = 4;
constexpr unsigned kDots[kDown][kAcross] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};

/// U+2800 and these dots, as UTF-8.
std::string braille(unsigned dots) {
  std::string out = "\xe2";
  out += static_cast<char>(0xa0 + (dots >> 6));
  out += static_cast<char>(0x80 + (dots & 0x3f));
  return out;
}

struct Cell {
  unsigned dots = 0;
  std::string sign;
};

/// Where a value stands among so many places.
int place(double value, const ScatterAxis& axis, int places) {
  const auto share = axis.most > axis.least ? (value - axis.least) / (axis.most - axis.least) : 0.5;
  return static_cast<int>(std::lround(std::clamp(share, 0.0, 1.0) * (places - 1)));
}

std::string to_the_right(const std::string& text, std::size_t width) {
  return std::string(width - std::min(width, letters(text)), ' ') + text;
}

std::string text_of(const std::vector<Cell>& line) {
  std::string out;
  for (const auto& cell : line) {
    if (!cell.sign.empty())
      out += cell.sign;
    else
      out += cell.dots == 0 ? " " : braille(cell.dots);
  }
  out.erase(out.find_last_not_of(' ') + 1);
  return out;
}

}  // namespace

std::string scatter(const std::vector<Mark>& marks, const ScatterAxis& x, const ScatterAxis& y, int columns,
                    int lines) {
  const auto margin = std::max(letters(y.from), letters(y.to));
  const int across = std::max(1, columns - static_cast<int>(margin) - 2);
  std::vector<std::vector<Cell>> field(static_cast<std::size_t>(lines),
                                       std::vector<Cell>(static_cast<std::size_t>(across)));
  for (const auto& mark : marks) {
    const int column = place(mark.x, x, across * kAcross);
    const int row = lines * kDown - 1 - place(mark.y, y, lines * kDown);
    auto& cell = field[static_cast<std::size_t>(row / kDown)][static_cast<std::size_t>(column / kAcross)];
    cell.dots |= kDots[row % kDown][column % kAcross];
    if (!mark.sign.empty()) cell.sign = mark.sign;
  }
  std::string out;
  for (const auto& line : field) {
    const auto& end = &line == &field.front() ? y.to : &line == &field.back() ? y.from : std::string();
    out += to_the_right(end, margin) + " |" + text_of(line) + "\n";
  }
  const auto room = static_cast<std::size_t>(across) - std::min(static_cast<std::size_t>(across), letters(x.from));
  return out + std::string(margin + 2, ' ') + x.from + to_the_right(x.to, room) + "\n";
}

}  // namespace madsearch
