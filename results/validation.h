#pragma once
#include <cstddef>
#include <optional>

#include "results/store.h"

namespace madsearch {

/// Does the score tell the truth? Along a front score and loss both follow the state, so that a plain correlation would
/// praise any score. What counts first is the sign test over pairs of equal state, then the partial rank correlation
/// given log state, then the raw one.
struct Validation {
  std::size_t points = 0;                          // designs with score, state and bits per byte
  std::size_t pairs = 0, pairs_won = 0;            // member and its pair: the better score has fewer bits per byte
  std::optional<double> sign_test;                 // two-sided p of pairs_won of pairs
  std::optional<double> rank_correlation;          // Spearman of score and -bits per byte; from 8 points on
  std::optional<double> partial_rank_correlation;  // the same given log state; from 8 points on
};

Validation validate(const Store& store);

}  // namespace madsearch
