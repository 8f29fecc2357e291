#include "results/control_report.h"

#include <algorithm>
#include <span>
#include <string>
#include <unordered_map>

#include "results/origins.h"

namespace madsearch {
namespace {

using Candidates = std::unordered_map<std::string, const CandidateRecord*>;  // by hash

/// An evaluation of the search, or of what runs beside it, that is no later try of another.
bool counts(const EvaluationRecord& evaluation) {
  const bool searching = evaluation.rung == Rung::kProbe || evaluation.rung == Rung::kBattery;
  return evaluation.finished && searching && evaluation.retry == 0;
}

double hypervolume_of(std::span<const EvaluationRecord> evaluations, const std::vector<Objective>& objectives,
                      const Candidates& candidates) {
  std::vector<Objectives> points;
  for (const auto& evaluation : evaluations) {
    const bool scored = evaluation.outcome == Outcome::kOk && evaluation.score && !(evaluation.violation > 0.0);
    if (!scored || evaluation.rung != Rung::kBattery || evaluation.seed_set != 0) continue;
    points.push_back(values(objectives, *candidates.at(evaluation.hash), measured(evaluation)));
  }
  return hypervolume_share(objectives, points);
}

}  // namespace

std::optional<ControlReport> control_report(const std::vector<Objective>& objectives,
                                            const std::vector<CandidateRecord>& candidates,
                                            std::vector<EvaluationRecord> evaluations) {
  Candidates by_hash;
  for (const auto& candidate : candidates) by_hash[candidate.hash] = &candidate;
  std::sort(evaluations.begin(), evaluations.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
  std::vector<EvaluationRecord> drawn;
  std::vector<EvaluationRecord> searched;
  for (auto& evaluation : evaluations) {
    const auto candidate = by_hash.find(evaluation.hash);
    if (!counts(evaluation) || candidate == by_hash.end() || candidate->second->origin.starts_with("seed:")) continue;
    (candidate->second->origin == kRandomControl ? drawn : searched).push_back(std::move(evaluation));
  }
  const auto each = std::min(drawn.size(), searched.size());
  if (each == 0) return {};
  const std::span all(searched);
  return ControlReport{.evaluations = static_cast<std::int64_t>(each),
                       .of = static_cast<std::int64_t>(drawn.size() + searched.size()),
                       .control = hypervolume_of(std::span(drawn).first(each), objectives, by_hash),
                       .first = hypervolume_of(all.first(each), objectives, by_hash),
                       .last = hypervolume_of(all.last(each), objectives, by_hash)};
}

}  // namespace madsearch
