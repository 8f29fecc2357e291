#include "results/front_report.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "results/run_meta.h"
#include "results/statistics.h"

namespace madsearch {
namespace {

/// What the evaluations of one design say.
struct Scores {
  std::vector<double> search;
  std::map<std::int64_t, double> fresh;  // by seed set
  std::vector<double> violations;        // by seed set of the search
  bool completed = false;
  bool confirming = false;  // fresh seeds were asked for
  bool failed = false;      // one of them failed, so that none is waited for
};

std::map<std::string, Scores> scores_by_design(const Store& store) {
  std::map<std::string, Scores> out;
  for (const auto& evaluation : store.evaluations()) {
    auto& held = out[evaluation.hash];
    if (evaluation.rung == Rung::kConfirm) {
      held.confirming = true;
      held.failed |= evaluation.finished && evaluation.outcome != Outcome::kOk;
    }
    if (!evaluation.finished || evaluation.outcome != Outcome::kOk || !evaluation.score) continue;
    if (evaluation.rung == Rung::kConfirm) held.fresh[evaluation.seed_set] = *evaluation.score;
    if (evaluation.rung == Rung::kBattery) {
      held.search.push_back(*evaluation.score);
      held.violations.push_back(evaluation.violation.value_or(0));
      held.completed |= evaluation.seed_set == 0;
    }
  }
  return out;
}

std::map<std::string, double> bits_by_design(const Store& store) {
  std::map<std::string, double> out;
  for (const auto& record : store.pretrainings())
    if (record.bits_per_byte) out[record.hash] = *record.bits_per_byte;
  return out;
}

FrontRow row_of(const CandidateRecord& candidate, const Scores& scores, const std::vector<Objective>& objectives) {
  FrontRow row{.candidate = candidate};
  row.confirmed = scores.fresh.size() >= 2;
  row.waiting = scores.confirming && !scores.failed && !row.confirmed;
  std::vector<double> fresh;
  for (const auto& [set, score] : scores.fresh) fresh.push_back(score);
  row.searched = mean(scores.search);
  row.feasible = !(mean(scores.violations) > 0);
  row.score = row.confirmed ? interval(fresh) : Interval{row.searched, {}, {}};
  row.rung = row.confirmed ? Rung::kConfirm : Rung::kBattery;
  row.seeds = static_cast<std::int64_t>(row.confirmed ? scores.fresh.size() : scores.search.size());
  row.seed = candidate.origin.starts_with("seed:");
  row.objectives = values(objectives, candidate, row.score.mean);
  for (const auto& [set, score] : scores.fresh) row.fresh[set] = values(objectives, candidate, score);
  return row;
}

/// Sets the rival of each row of `which`: of the rows that may beat it the one with the best mean score on their common
/// seed sets.
void find_rivals(std::vector<FrontRow>& rows, const std::vector<std::size_t>& which,
                 const std::vector<Objective>& objectives) {
  const auto score = std::find_if(objectives.begin(), objectives.end(),
                                  [](const Objective& objective) { return objective.name == "score"; });
  if (score == objectives.end()) return;
  std::vector<FreshResults> fresh;
  for (const auto& row : rows) fresh.push_back(row.fresh);
  const Comparison comparison(std::move(fresh));
  for (const auto i : which) {
    double best = std::numeric_limits<double>::infinity();
    for (std::size_t j = 0; j < rows.size(); ++j) {
      if (j == i || comparison.beats(j, i) == Comparison::Beats::kNo) continue;
      const double ahead = comparison.difference(j, i, static_cast<std::size_t>(score - objectives.begin())).mean;
      if (ahead >= best) continue;
      best = ahead;
      rows[i].rival = rows[j].candidate.hash;
    }
  }
}

bool surely_better(const FrontRow& row, const std::vector<FrontRow>& hand_designs) {
  if (row.seed || !row.score.low) return false;
  bool beats = false;  // where no hand design is as small there is none to be better than
  for (const auto& hand : hand_designs) {
    if (hand.candidate.state_exact > row.candidate.state_exact) continue;
    if (!hand.score.high || *row.score.low <= *hand.score.high) return false;
    beats = true;
  }
  return beats;
}

/// How many members of the front by the search's scores wait for fresh seeds.
std::int64_t members_waiting(const std::vector<FrontRow>& rows, const std::vector<Objective>& objectives) {
  std::vector<Objectives> points;
  for (const auto& row : rows) points.push_back(values(objectives, row.candidate, row.searched));
  std::int64_t out = 0;
  for (const auto i : front(points)) out += rows[i].waiting;
  return out;
}

/// Distinct candidates with a finished evaluation.
std::int64_t evaluated_designs(const Store& store) {
  std::set<std::string> out;
  for (const auto& evaluation : store.evaluations())
    if (evaluation.finished) out.insert(evaluation.hash);
  return static_cast<std::int64_t>(out.size());
}

void sort_by_state_then_score(std::vector<FrontRow>& rows) {
  std::sort(rows.begin(), rows.end(), [](const FrontRow& a, const FrontRow& b) {
    return std::pair(a.candidate.state_exact, -a.score.mean) < std::pair(b.candidate.state_exact, -b.score.mean);
  });
}

/// Fills in the front of `rows`, the feasible designs, and what is told of it.
void set_front(FrontReport& report, std::vector<FrontRow> rows, const std::vector<Objective>& objectives) {
  report.waiting = members_waiting(rows, objectives);
  report.confirmed =
      report.waiting == 0 && std::any_of(rows.begin(), rows.end(), [](const FrontRow& row) { return row.confirmed; });
  if (report.confirmed) std::erase_if(rows, [](const FrontRow& row) { return !row.confirmed; });
  std::vector<Objectives> points;
  for (const auto& row : rows) points.push_back(row.objectives);
  const auto members = front(points);
  if (report.confirmed) find_rivals(rows, members, objectives);
  for (const auto i : members) report.front.push_back(rows[i]);
  report.hypervolume = objectives.empty() ? 0 : hypervolume_share(objectives, points);
}

}  // namespace

std::vector<FrontRow> completed_designs(const Store& store) {
  const auto objectives = objectives_of(read_meta(store));
  const auto scores = scores_by_design(store);
  const auto bits = bits_by_design(store);
  std::vector<FrontRow> out;
  for (const auto& candidate : store.candidates()) {
    const auto held = scores.find(candidate.hash);
    if (held == scores.end() || !held->second.completed) continue;
    auto row = row_of(candidate, held->second, objectives);
    if (const auto known = bits.find(candidate.hash); known != bits.end()) row.bits_per_byte = known->second;
    out.push_back(std::move(row));
  }
  return out;
}

FrontReport read_front(const Store& store) {
  const auto meta = read_meta(store);
  const auto objectives = objectives_of(meta);
  FrontReport report;
  report.name = meta.name;
  report.protocol = meta.protocol;
  report.battery = meta.battery;
  report.finished = meta.finished;
  report.reproducible = meta.closed_by.empty();
  report.objectives = meta.objectives;
  report.box = box(objectives);
  report.evaluated = evaluated_designs(store);
  auto completed = completed_designs(store);
  report.completed = static_cast<std::int64_t>(completed.size());
  for (const auto& row : completed)
    if (row.seed) report.hand_designs.push_back(row);
  std::erase_if(completed, [](const FrontRow& row) { return !row.feasible; });
  set_front(report, std::move(completed), objectives);
  sort_by_state_then_score(report.front);
  sort_by_state_then_score(report.hand_designs);
  for (const auto& row : report.front)
    if (surely_better(row, report.hand_designs)) report.better.push_back(row.candidate.hash);
  report.pretrainings = store.pretrainings();
  return report;
}

}  // namespace madsearch
