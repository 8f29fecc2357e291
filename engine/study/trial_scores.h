#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/study/study.h"
#include "results/comparison.h"

namespace madsearch {

/// Designs that were trained on the same seed sets, and how far apart they are there.
class TrialScores {
 public:
  /// Of the seed sets first .. first + seeds - 1 those that `log` holds whole.
  TrialScores(const Battery& battery, const std::vector<StudyDesign>& designs, std::int64_t first, std::int64_t seeds,
              const StudyLog& log);

  std::int64_t seeds(std::size_t design) const;          // sets that it completed
  std::vector<double> scores(std::size_t design) const;  // of each of these
  std::vector<double> scores(std::size_t design, std::size_t task) const;
  std::int64_t common(std::size_t a, std::size_t b) const;  // sets that both completed
  /// a's score less b's on the sets that both completed (Comparison), with its 95 % margin, infinite from fewer than
  /// two.
  Comparison::Difference difference(std::size_t a, std::size_t b) const;
  Comparison::Difference difference(std::size_t a, std::size_t b, std::size_t task) const;
  /// Why a design has not completed all sets: the first training that is missing or failed; "" if it has.
  const std::string& problem(std::size_t design) const { return problems_[design]; }

 private:
  Comparison::Difference of_objective(std::size_t a, std::size_t b, std::size_t objective) const;

  std::vector<FreshResults> results_;  // of each design, the score and those of all tasks
  std::vector<std::string> problems_;
  Comparison comparison_;
};

}  // namespace madsearch
