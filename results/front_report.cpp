#include "results/front_report.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <sstream>

#include "results/statistics.h"

namespace madsearch {
namespace {

std::vector<std::string> words(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> out;
  for (std::string word; in >> word;) out.push_back(word);
  return out;
}

/// Meta "objectives" holds names, "objective_limits" the largest size of each, 0 for the default.
std::vector<Objective> stored_objectives(const Store& store) {
  const auto names = words(store.meta("objectives")), limits = words(store.meta("objective_limits"));
  std::vector<Objective> out;
  for (std::size_t i = 0; i < names.size(); ++i)
    out.push_back(objective(names[i], i < limits.size() ? std::stod(limits[i]) : 0));
  return out;
}

struct Scores {
  std::vector<double> search;
  std::map<std::int64_t, double> fresh;  // by seed set
  std::vector<double> violations;        // by seed set of the search
  bool completed = false;
  bool confirming = false,
       failed = false;  // fresh seeds were asked for; one of them failed, so that none is waited for
};

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
      if (ahead < best) best = ahead, rows[i].rival = rows[j].candidate.hash;
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

}  // namespace

std::vector<FrontRow> completed_designs(const Store& store, bool feasible_only) {
  const auto objectives = stored_objectives(store);
  std::map<std::string, Scores> scores;
  for (const auto& evaluation : store.evaluations()) {
    auto& held = scores[evaluation.hash];
    if (evaluation.rung == Rung::kConfirm) {
      held.confirming = true;
      held.failed |= evaluation.finished && evaluation.outcome != Outcome::kOk;
    }
    if (!evaluation.finished || evaluation.outcome != Outcome::kOk) continue;
    if (evaluation.rung == Rung::kConfirm) held.fresh[evaluation.seed_set] = evaluation.score;
    if (evaluation.rung == Rung::kBattery) {
      held.search.push_back(evaluation.score);
      held.violations.push_back(evaluation.violation);
      held.completed |= evaluation.seed_set == 0;
    }
  }
  std::map<std::string, double> bits;
  for (const auto& record : store.pretrainings())
    if (record.outcome == Outcome::kOk) bits[record.hash] = record.bits_per_byte;
  std::vector<FrontRow> out;
  for (const auto& candidate : store.candidates()) {
    const auto held = scores.find(candidate.hash);
    if (held == scores.end() || !held->second.completed || (feasible_only && mean(held->second.violations) > 0))
      continue;
    FrontRow row{.candidate = candidate};
    row.confirmed = held->second.fresh.size() >= 2;
    row.waiting = held->second.confirming && !held->second.failed && !row.confirmed;
    std::vector<double> fresh;
    for (const auto& [set, score] : held->second.fresh) fresh.push_back(score);
    row.searched = mean(held->second.search);
    row.score = row.confirmed ? interval(fresh) : Interval{row.searched, {}, {}};
    row.rung = row.confirmed ? Rung::kConfirm : Rung::kBattery;
    row.seeds = static_cast<std::int64_t>(row.confirmed ? held->second.fresh.size() : held->second.search.size());
    row.seed = candidate.origin.starts_with("seed:");
    if (const auto known = bits.find(candidate.hash); known != bits.end()) row.bits_per_byte = known->second;
    row.objectives = values(objectives, candidate, row.score.mean);
    for (const auto& [set, score] : held->second.fresh) row.fresh[set] = values(objectives, candidate, score);
    out.push_back(std::move(row));
  }
  return out;
}

FrontReport read_front(const Store& store) {
  FrontReport report;
  report.name = store.meta("name");
  report.protocol = store.meta("protocol");
  report.battery = store.meta("battery");
  report.finished = store.meta("finished") == "yes";
  report.reproducible = store.meta("closed_by").empty();
  const auto objectives = stored_objectives(store);
  for (const auto& objective : objectives) report.objectives.push_back(objective.name);
  report.box = box(objectives);

  std::set<std::string> evaluated;
  for (const auto& evaluation : store.evaluations())
    if (evaluation.finished) evaluated.insert(evaluation.hash);
  report.evaluated = static_cast<std::int64_t>(evaluated.size());

  auto rows = completed_designs(store, false);
  report.completed = static_cast<std::int64_t>(rows.size());
  for (const auto& row : rows)
    if (row.seed) report.hand_designs.push_back(row);
  rows = completed_designs(store, true);
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
  const auto by_state = [](const FrontRow& a, const FrontRow& b) {
    return std::pair(a.candidate.state_exact, -a.score.mean) < std::pair(b.candidate.state_exact, -b.score.mean);
  };
  std::sort(report.front.begin(), report.front.end(), by_state);
  std::sort(report.hand_designs.begin(), report.hand_designs.end(), by_state);
  for (const auto& row : report.front)
    if (surely_better(row, report.hand_designs)) report.better.push_back(row.candidate.hash);
  report.pretrainings = store.pretrainings();
  return report;
}

}  // namespace madsearch
