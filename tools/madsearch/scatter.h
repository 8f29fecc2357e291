#pragma once
#include <string>
#include <vector>

namespace madsearch {

/// A point of a scatter: a dot, or a sign of one letter that hides the dots below it.
struct Mark {
  double x = 0;
  double y = 0;
  std::string sign;  // empty: a dot
};

/// Which values lie at an axis' ends, and how the ends are written.
struct ScatterAxis {
  double least = 0;
  double most = 1;
  std::string from, to;
};

/// The marks in a field of `columns` letters and `lines` lines, y's ends written before it, x's ends in a line below.
/// Dots are braille, eight to a letter; of signs in one place the last stays. No colour, no escapes.
std::string scatter(const std::vector<Mark>& marks, const ScatterAxis& x, const ScatterAxis& y, int columns, int lines);

}  // namespace madsearch
