#pragma once
#include <cstddef>
#include <optional>

#include "results/store.h"

namespace madsearch {

/// Does the score tell which design is better on real text? Along a front both score and loss follow the state, so a
/// plain correlation would praise any score. The sign test over pairs of equal state counts most, then the partial rank
/// correlation given log state, then the raw one.
struct Validation {
  std::size_t points = 0;                  // designs with score, state and bits per byte
  std::size_t pairs = 0;                   // of a member and a worse-scored design of its state, both pretrained
  std::size_t pairs_won = 0;               // the member, whose score is better, has fewer bits per byte
  std::optional<double> sign_test;         // two-sided p of pairs_won of pairs
  std::optional<double> rank_correlation;  // Spearman of score and -bits per byte; from 8 points on
  std::optional<double> partial_rank_correlation;  // the same given log state; from 8 points on
};

/// Of a run's pretrainings. Throws as read_front (front_report.h).
Validation validate(const Store& store);

}  // namespace madsearch
