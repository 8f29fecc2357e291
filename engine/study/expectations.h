#pragma once
#include <optional>
#include <string>
#include <vector>

namespace madsearch {

/// A design with its score, as a predictor sees it that trains nothing.
struct ScoredDesign {
  std::string text;  // expanded
  double state = 0;  // in numbers
  double score = 0;
};

/// What a design would be expected to score by those that know only the others of its run.
struct Expected {
  double by_state = 0;  // of its log state and the square of that
  double by_table = 0;  // of its shares of primitives, and whether it has a convolution and a window
};

/// Of each design, by ridge regressions on all others. Nothing of fewer than 20 designs, nor where a text can't be
/// read.
std::vector<std::optional<Expected>> expectations(const std::vector<ScoredDesign>& designs);

}  // namespace madsearch
