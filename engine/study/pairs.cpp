#include "engine/study/pairs.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <utility>

namespace madsearch {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kNewFrom = std::int64_t{1} << 32;  // numbers of new sets beside those of fresh ones

/// Throws std::runtime_error.
Json tasks_in(const EvaluationRecord& evaluation) {
  if (evaluation.tasks_json.empty()) return Json::object();
  auto out = Json::parse(evaluation.tasks_json, nullptr, false);
  if (!out.is_object())
    throw std::runtime_error("evaluation " + std::to_string(evaluation.number) + ": its tasks are no JSON");
  return out;
}

/// The score, then those of the tasks; nothing unless all are there.
std::optional<Objectives> scores_of(const EvaluationRecord& evaluation, const std::vector<std::string>& tasks) {
  if (!evaluation.score) return {};
  const auto json = tasks_in(evaluation);
  Objectives out = {*evaluation.score};
  for (const auto& task : tasks) {
    const auto found = json.find(task);
    if (found == json.end() || !found->is_object()) return {};
    const auto score = found->find("score");
    if (score == found->end() || !score->is_number()) return {};
    out.push_back(score->get<double>());
  }
  return out;
}

FreshResults together(FreshResults fresh, const FreshResults& made) {
  for (const auto& [set, scores] : made) fresh.emplace(kNewFrom + set, scores);
  return fresh;
}

std::vector<std::int64_t> common(const FreshResults& a, const FreshResults& b) {
  std::vector<std::int64_t> out;
  for (const auto& [set, scores] : a)
    if (b.contains(set)) out.push_back(set);
  return out;
}

double mean_on(const FreshResults& design, const std::vector<std::int64_t>& sets, std::size_t place) {
  double sum = 0;
  for (const auto set : sets) sum += design.at(set)[place];
  return sum / static_cast<double>(sets.size());
}

/// Adds what the two come to on the sets that both have, if there are any.
void add(std::vector<PairedScores>& out, SeedSets on, FreshResults a, FreshResults b, std::vector<FreshResults> others,
         const std::vector<std::string>& tasks) {
  auto sets = common(a, b);
  if (sets.empty()) return;
  others.insert(others.begin(), {a, b});
  const Comparison comparison(std::move(others));
  const auto paired = [&](const std::string& task, std::size_t place) {
    return PairedScore{task, mean_on(a, sets, place), mean_on(b, sets, place), comparison.difference(0, 1, place)};
  };
  auto& found =
      out.emplace_back(PairedScores{.on = on, .score = paired("", 0), .margin_of_one = comparison.margin_of_one(0)});
  for (std::size_t i = 0; i < tasks.size(); ++i) found.tasks.push_back(paired(tasks[i], i + 1));
  for (auto& set : sets) set = set >= kNewFrom ? set - kNewFrom : set;
  found.sets = std::move(sets);
}

}  // namespace

std::string to_text(SeedSets sets) {
  switch (sets) {
    case SeedSets::kNew:
      return "new";
    case SeedSets::kFresh:
      return "fresh";
    case SeedSets::kTogether:
      return "fresh and new";
    case SeedSets::kSearch:
      break;
  }
  return "search";
}

std::vector<std::string> tasks_of(const std::vector<EvaluationRecord>& evaluations) {
  std::vector<std::string> out;
  for (const auto& evaluation : evaluations) {
    if (evaluation.rung == Rung::kProbe || !evaluation.score || evaluation.tasks_json.empty()) continue;
    const auto tasks = tasks_in(evaluation);
    for (const auto& [task, scores] : tasks.items()) out.push_back(task);
    break;
  }
  return out;
}

SeedScores seed_scores(const std::vector<EvaluationRecord>& evaluations, const std::vector<std::string>& tasks) {
  SeedScores out;
  for (const auto& evaluation : evaluations) {
    if (evaluation.rung == Rung::kProbe) continue;
    if (!evaluation.finished || evaluation.outcome != Outcome::kOk) {
      const auto on = is_fresh(evaluation.rung) ? SeedSets::kFresh : SeedSets::kSearch;
      out.unscored.push_back({on, evaluation.seed_set, evaluation.finished, evaluation.outcome});
      continue;
    }
    auto& kind = is_fresh(evaluation.rung) ? out.fresh : out.search;
    if (auto scores = scores_of(evaluation, tasks)) kind[evaluation.seed_set] = std::move(*scores);
  }
  std::erase_if(out.unscored, [&](const Unscored& one) {  // tried again
    return (one.on == SeedSets::kFresh ? out.fresh : out.search).contains(one.seed_set);
  });
  return out;
}

std::vector<PairedScores> paired_scores(const SeedScores& a, const SeedScores& b, const std::vector<SeedScores>& others,
                                        const std::vector<std::string>& tasks) {
  std::vector<FreshResults> pool;
  for (const auto& other : others) pool.push_back(other.fresh);
  auto with_own = pool;
  with_own.insert(with_own.end(), {a.fresh, b.fresh});
  std::vector<PairedScores> out;
  add(out, SeedSets::kNew, together({}, a.made), together({}, b.made), with_own, tasks);
  add(out, SeedSets::kFresh, a.fresh, b.fresh, pool, tasks);
  if (out.size() == 2) add(out, SeedSets::kTogether, together(a.fresh, a.made), together(b.fresh, b.made), pool, tasks);
  add(out, SeedSets::kSearch, a.search, b.search, {}, tasks);
  return out;
}

}  // namespace madsearch
