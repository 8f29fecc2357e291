#include "results/design_scores.h"

#include "results/statistics.h"

namespace madsearch {
namespace {

std::vector<double> values(const std::map<std::int64_t, double>& scores) {
  std::vector<double> out;
  for (const auto& [set, score] : scores) out.push_back(score);
  return out;
}

}  // namespace

void DesignScores::add(const EvaluationRecord& evaluation) {
  const bool fresh = evaluation.rung == Rung::kConfirm;
  if (!fresh && evaluation.rung != Rung::kBattery) return;
  asked_ |= fresh;
  if (!evaluation.finished) return;
  if (evaluation.outcome != Outcome::kOk) {
    if (fresh && !fresh_.contains(evaluation.seed_set)) failed_.insert(evaluation.seed_set);
    return;
  }
  if (!evaluation.score) return;
  (fresh ? fresh_ : search_)[evaluation.seed_set] = *evaluation.score;
  if (fresh)
    failed_.erase(evaluation.seed_set);  // tried again
  else
    feasible_ &= !(evaluation.violation.value_or(0) > 0);
}

double DesignScores::searched() const { return mean(values(search_)); }

Interval DesignScores::score() const { return confirmed() ? interval(values(fresh_)) : Interval{searched(), {}, {}}; }

std::int64_t DesignScores::seeds() const {
  return static_cast<std::int64_t>(confirmed() ? fresh_.size() : search_.size());
}

}  // namespace madsearch
