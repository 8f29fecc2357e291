#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/run/config.h"
#include "results/front_report.h"

namespace madsearch {

/// A design that is to be trained on real text, and why.
struct Chosen {
  std::string hash, text, role;  // role: "front", "control", "pair of HASH"
};

/// The best-scored front members (by score, no hand design's text twice), the controls, and to each member as far as
/// asked the design that is clearly worse (its interval lies below the member's, or its score 0.05 below where there is
/// none) within 10 % of its state.
std::vector<Chosen> choose_for_pretraining(const Store& store, const PretrainOptions& options, std::int64_t stages);

/// Does the score tell the truth? (design.md, section 11)
struct Validation {
  std::size_t points = 0;                          // designs with score, state and bits per byte
  std::size_t pairs = 0, pairs_won = 0;            // member and its pair: the better score has fewer bits per byte
  std::optional<double> sign_test;                 // two-sided p of pairs_won of pairs
  std::optional<double> rank_correlation;          // Spearman of score and -bits per byte; from 8 points on
  std::optional<double> partial_rank_correlation;  // the same given log state; from 8 points on
};

Validation validate(const Store& store);

}  // namespace madsearch
