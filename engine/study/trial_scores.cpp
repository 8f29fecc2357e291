#include "engine/study/trial_scores.h"

#include <limits>
#include <utility>

namespace madsearch {
namespace {

std::string problem_of(const Battery& battery, const StudyDesign& design, std::int64_t seed_set, const StudyLog& log) {
  for (const auto& task : study_requests(battery, design, seed_set))
    for (const auto& request : task) {
      const auto* reply = log.find(request.id);
      if (!reply) return "not trained on " + request.setting.setting.task;
      if (reply->record.outcome != Outcome::kOk)
        return to_text(reply->record.outcome) + " on " + request.setting.setting.task;
    }
  return "";
}

struct Found {
  FreshResults results;
  std::string problem;
};

Found find(const Battery& battery, const StudyDesign& design, std::int64_t first, std::int64_t seeds,
           const StudyLog& log) {
  Found out;
  for (auto set = first; set < first + seeds; ++set) {
    const auto score = study_score(battery, design, 1, log, set);
    if (score.scores.empty()) {
      if (out.problem.empty()) out.problem = problem_of(battery, design, set, log);
      continue;
    }
    Objectives all = {score.scores.front()};
    for (const auto& task : score.tasks) all.push_back(task.front());
    out.results[set] = std::move(all);
  }
  return out;
}

std::vector<double> column(const FreshResults& results, std::size_t objective) {
  std::vector<double> out;
  for (const auto& [set, point] : results) out.push_back(point[objective]);
  return out;
}

}  // namespace

TrialScores::TrialScores(const Battery& battery, const std::vector<StudyDesign>& designs, std::int64_t first,
                         std::int64_t seeds, const StudyLog& log)
    : comparison_({}) {
  for (const auto& design : designs) {
    auto found = find(battery, design, first, seeds, log);
    results_.push_back(std::move(found.results));
    problems_.push_back(std::move(found.problem));
  }
  comparison_ = Comparison(results_);
}

std::int64_t TrialScores::seeds(std::size_t design) const { return static_cast<std::int64_t>(results_[design].size()); }

std::vector<double> TrialScores::scores(std::size_t design) const { return column(results_[design], 0); }

std::vector<double> TrialScores::scores(std::size_t design, std::size_t task) const {
  return column(results_[design], 1 + task);
}

std::int64_t TrialScores::common(std::size_t a, std::size_t b) const {
  std::int64_t out = 0;
  for (const auto& [set, point] : results_[a]) out += results_[b].contains(set);
  return out;
}

Comparison::Difference TrialScores::difference(std::size_t a, std::size_t b) const { return of_objective(a, b, 0); }

Comparison::Difference TrialScores::difference(std::size_t a, std::size_t b, std::size_t task) const {
  return of_objective(a, b, 1 + task);
}

Comparison::Difference TrialScores::of_objective(std::size_t a, std::size_t b, std::size_t objective) const {
  if (common(a, b) == 0) return {0, std::numeric_limits<double>::infinity()};
  return comparison_.difference(a, b, objective);
}

}  // namespace madsearch
