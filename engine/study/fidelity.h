#pragma once
#include <optional>
#include <string>
#include <vector>

#include "engine/study/study.h"
#include "results/statistics.h"

namespace madsearch {

/// A design that both batteries have scored.
struct Compared {
  const StudyDesign* design = nullptr;
  double reference = 0;  // score under the longer battery, mean over its seed sets
  StudyScore score;      // under the battery that is judged, of every seed set
};

/// What the scores of some designs are by themselves.
struct ScoreUse {
  std::optional<double> reliability;  // Spearman of two seed sets, mean over pairs of seed sets
  // core seconds a candidate and seed set
  double median_seconds = 0;
  double worst_seconds = 0;
};
ScoreUse score_use(const std::vector<Compared>& designs);

/// How faithfully a battery ranks some designs. A number that is about one seed set is the mean over the seed sets, as
/// a search sees one only.
struct Fidelity : ScoreUse {
  std::size_t designs = 0;
  std::optional<double> rank;             // Spearman of score and reference
  std::optional<Bounds> rank_bounds;      // 95 %, bootstrap over designs
  std::optional<double> rank_top_half;    // the same among the better half under reference
  std::optional<double> rank_of_mean;     // of the mean over all seed sets
  std::size_t close_pairs = 0;            // pairs of designs whose references differ by less than 0.05, but differ
  double close_right = 0;                 // share of them that the battery orders as the reference does
  std::size_t clear_pairs = 0;            // pairs of designs whose references differ by 0.05 or more
  double clear_right = 0;                 // share of them that the battery orders as the reference does
  std::optional<double> effective_tasks;  // effective_columns (results/statistics.h) of the tasks
};
/// `seed`: of the bootstrap.
Fidelity fidelity(const std::vector<Compared>& designs, Seed seed);

/// How well a task tells some designs apart, by their means over seed sets.
struct TaskUse {
  std::string task;
  // of its score over designs
  double mean = 0;
  double deviation = 0;

  // share of designs above 0.95, below 0.05
  double at_ceiling = 0;
  double at_floor = 0;

  std::optional<double> reliability;  // Spearman of two seed sets, mean over pairs of seed sets
};
std::vector<TaskUse> task_uses(const Battery& battery, const std::vector<Compared>& designs);

}  // namespace madsearch
