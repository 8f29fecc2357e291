#include "results/design_scores.h"

#include <cmath>
#include <string>
#include <vector>

#include "results/statistics.h"

namespace madsearch {
namespace {

/// One of what was measured on each seed set.
std::vector<double> all(const std::string& name, const std::map<std::int64_t, Measured>& sets) {
  std::vector<double> out;
  for (const auto& [set, measured] : sets) out.push_back(measured_as(name, measured));
  return out;
}

std::optional<double> mean_of_bits(const std::string& name, const std::map<std::int64_t, Measured>& sets) {
  const auto out = mean(all(name, sets));
  return std::isnan(out) ? std::nullopt : std::optional(out);
}

Measured mean_of(const std::map<std::int64_t, Measured>& sets) {
  return {mean(all("score", sets)), mean_of_bits("bits_per_byte", sets), mean_of_bits("bits_per_byte_recall", sets)};
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
  (fresh ? fresh_ : search_)[evaluation.seed_set] = measured(evaluation);
  if (fresh)
    failed_.erase(evaluation.seed_set);  // tried again
  else
    feasible_ &= !(evaluation.violation.value_or(0) > 0);
}

Measured DesignScores::searched() const { return mean_of(search_); }

Measured DesignScores::shown() const { return mean_of(confirmed() ? fresh_ : search_); }

Interval DesignScores::score() const {
  return confirmed() ? interval(all("score", fresh_)) : Interval{searched().score, {}, {}};
}

std::optional<Interval> DesignScores::bits(const std::string& objective) const {
  const auto mean = measured_as(objective, shown());
  if (std::isnan(mean)) return {};
  return confirmed() ? wide_interval(all(objective, fresh_)) : Interval{mean, {}, {}};
}

std::int64_t DesignScores::seeds() const {
  return static_cast<std::int64_t>(confirmed() ? fresh_.size() : search_.size());
}

}  // namespace madsearch
