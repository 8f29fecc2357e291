#pragma once
#include <cstddef>
#include <optional>
#include <vector>

#include "configs/seed.h"
#include "results/statistics.h"

namespace madsearch {

/// How far what was predicted of some designs agrees with what they came to. All bounds are 95 %, bootstrapped over
/// designs.
struct Agreement {
  std::size_t designs = 0;
  std::optional<double> rank;  // Spearman
  std::optional<Bounds> rank_bounds;
  std::optional<double> partial;  // the same given state, by which both may be ordered
  std::optional<Bounds> partial_bounds;
  std::size_t near_pairs = 0;        // two designs whose states differ by 10 % at most, and whose ends differ
  std::optional<double> near_right;  // share of them that are predicted rightly; a tie is half
};

/// By design: what was predicted and what came of it, more is better, and the state in numbers. `seed`: of the
/// bootstrap. Throws std::invalid_argument unless all three are of one size.
Agreement agreement(const std::vector<double>& predicted, const std::vector<double>& found,
                    const std::vector<double>& states, Seed seed);

/// By how much one prediction's rank correlation with what was found is above another's, bootstrapped over designs,
/// both on the same draw. Undefined where one of the two is.
struct Ahead {
  std::optional<double> rank;
  std::optional<Bounds> bounds;  // 95 %
};
/// Throws std::invalid_argument unless all three are of one size.
Ahead ahead(const std::vector<double>& predicted, const std::vector<double>& other, const std::vector<double>& found,
            Seed seed);

}  // namespace madsearch
