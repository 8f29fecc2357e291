#include "results/front_report.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <unordered_map>

#include "results/imported.h"
#include "results/run_meta.h"
#include "results/running_front.h"
#include "results/statistics.h"

namespace madsearch {
namespace {

std::map<std::string, double> bits_by_design(const Store& store) {
  std::map<std::string, double> out;
  for (const auto& record : store.pretrainings())
    if (record.outcome == Outcome::kOk && record.bits_per_byte) out[record.hash] = *record.bits_per_byte;
  return out;
}

FrontRow row_of(const CandidateRecord& candidate, const DesignScores& scores,
                const std::vector<Objective>& objectives) {
  FrontRow row{.candidate = candidate, .score = scores.score()};
  row.confirmed = scores.confirmed();
  row.waiting = scores.waiting();
  row.searched = scores.searched();
  row.feasible = scores.feasible();
  row.rung = row.confirmed ? Rung::kConfirm : Rung::kBattery;
  row.seeds = scores.seeds();
  row.seed = candidate.origin.starts_with("seed:");
  row.text_bits = scores.bits("bits_per_byte");
  row.text_bits_recall = scores.bits("bits_per_byte_recall");
  row.objectives = values(objectives, candidate, scores.shown());
  for (const auto& [set, measured] : scores.fresh()) row.fresh[set] = values(objectives, candidate, measured);
  return row;
}

/// Reads single designs of a store.
class Rows {
 public:
  Rows(const Store& store, const RunMeta& meta)
      : store_(store), objectives_(objectives_of(meta)), bits_(bits_by_design(store)) {}

  FrontRow row(const CandidateRecord& candidate, const std::vector<EvaluationRecord>& evaluations) const {
    DesignScores scores;
    for (const auto& evaluation : evaluations) scores.add(evaluation);
    auto out = row_of(candidate, scores, objectives_);
    if (const auto known = bits_.find(candidate.hash); known != bits_.end()) out.bits_per_byte = known->second;
    return out;
  }

  /// Of designs that the store holds.
  std::vector<FrontRow> rows(const std::vector<std::string>& hashes) const {
    std::vector<FrontRow> out;
    for (const auto& hash : hashes) out.push_back(row(*store_.candidate(hash), store_.evaluations(hash)));
    return out;
  }

  const std::vector<Objective>& objectives() const { return objectives_; }

 private:
  const Store& store_;
  std::vector<Objective> objectives_;
  std::map<std::string, double> bits_;
};

/// The place of the score among the objectives.
std::optional<std::size_t> score_of(const std::vector<Objective>& objectives) {
  for (std::size_t k = 0; k < objectives.size(); ++k)
    if (objectives[k].name == "score") return k;
  return {};
}

/// Sets the rival of each row of `which`: of the rows that may beat it the one with the best mean score on their common
/// seed sets.
void find_rivals(std::vector<FrontRow>& rows, const std::vector<std::size_t>& which, const Comparison& comparison,
                 std::size_t score) {
  for (const auto i : which) {
    double best = std::numeric_limits<double>::infinity();
    for (std::size_t j = 0; j < rows.size(); ++j) {
      if (j == i || comparison.beats(j, i) == Comparison::Beats::kNo) continue;
      const double ahead = comparison.difference(j, i, score).mean;
      if (ahead >= best) continue;
      best = ahead;
      rows[i].rival = rows[j].candidate.hash;
    }
  }
}

/// Of `designs` designs.
std::optional<Resolution> resolution(const Comparison& comparison, std::size_t designs, std::size_t score) {
  std::vector<double> margins;
  for (std::size_t a = 0; a < designs; ++a)
    for (std::size_t b = 0; b < a; ++b)
      if (const auto margin = comparison.difference(a, b, score).margin; std::isfinite(margin))
        margins.push_back(margin);
  const auto deviation = margins.empty() ? std::nullopt : comparison.deviation(score);
  if (!deviation) return {};
  return Resolution{quantile(margins, 0.5), *deviation, static_cast<std::int64_t>(margins.size())};
}

/// Whether `a` is nowhere larger than `b` in the run's objectives that are sizes.
bool no_larger(const FrontRow& a, const FrontRow& b, const std::vector<Objective>& objectives) {
  for (std::size_t k = 0; k < objectives.size(); ++k)
    if (is_size(objectives[k].name) && a.objectives[k] > b.objectives[k]) return false;
  return true;
}

bool surely_better(const FrontRow& row, const std::vector<FrontRow>& hand_designs,
                   const std::vector<Objective>& objectives) {
  if (row.seed || !row.score.low) return false;
  bool beats = false;  // where no hand design is as small there is none to be better than
  for (const auto& hand : hand_designs) {
    if (!no_larger(hand, row, objectives)) continue;
    if (!hand.score.high || *row.score.low <= *hand.score.high) return false;
    beats = true;
  }
  return beats;
}

/// By the first objective that is a size, then by score.
void sort_rows(std::vector<FrontRow>& rows, const std::vector<Objective>& objectives) {
  const auto place =
      std::find_if(objectives.begin(), objectives.end(), [](const Objective& it) { return is_size(it.name); });
  const auto size = [&](const FrontRow& row) {
    return place == objectives.end() ? 0 : row.objectives[static_cast<std::size_t>(place - objectives.begin())];
  };
  std::stable_sort(rows.begin(), rows.end(), [&](const FrontRow& a, const FrontRow& b) {
    return std::pair(size(a), -a.score.mean) < std::pair(size(b), -b.score.mean);
  });
}

/// The members of a front of confirmed designs, each with its rival, and what their seeds resolve.
void fill_confirmed(FrontReport& report, const Rows& rows, const RunningFront& front) {
  auto all = rows.rows(front.confirmed_designs());
  std::vector<std::size_t> which;
  for (const auto& hash : front.members())
    which.push_back(static_cast<std::size_t>(
        std::find_if(all.begin(), all.end(), [&](const FrontRow& row) { return row.candidate.hash == hash; }) -
        all.begin()));
  if (const auto score = score_of(rows.objectives())) {
    std::vector<FreshResults> fresh;
    for (const auto& row : all) fresh.push_back(row.fresh);
    const Comparison comparison(std::move(fresh));
    find_rivals(all, which, comparison, *score);
    report.resolution = resolution(comparison, all.size(), *score);
  }
  for (const auto i : which) report.front.push_back(all[i]);
}

/// The role of a pretrained design: a member of the front may have left it since.
std::string role_now(const PretrainingRecord& record, const std::vector<FrontRow>& front) {
  if (record.role != "front") return record.role;
  const bool member =
      std::any_of(front.begin(), front.end(), [&](const FrontRow& row) { return row.candidate.hash == record.hash; });
  return member ? "front" : "former front";
}

}  // namespace

std::vector<FrontRow> completed_designs(const Store& store) {
  const Rows rows(store, read_meta(store));
  std::unordered_map<std::string, std::vector<EvaluationRecord>> evaluations;
  for (auto& evaluation : store.scores()) evaluations[evaluation.hash].push_back(std::move(evaluation));
  std::vector<FrontRow> out;
  for (const auto& candidate : store.candidates()) {
    DesignScores scores;
    for (const auto& evaluation : evaluations[candidate.hash]) scores.add(evaluation);
    if (scores.completed()) out.push_back(rows.row(candidate, evaluations[candidate.hash]));
  }
  return out;
}

std::optional<FrontRow> completed_design(const Store& store, const std::string& hash) {
  const auto candidate = store.candidate(hash);
  if (!candidate) return std::nullopt;
  const auto evaluations = store.evaluations(hash);
  DesignScores scores;
  for (const auto& evaluation : evaluations) scores.add(evaluation);
  if (!scores.completed()) return std::nullopt;
  return Rows(store, read_meta(store)).row(*candidate, evaluations);
}

std::vector<std::string> confirmed_designs(const Store& store) {
  return RunningFront(store, objectives_of(read_meta(store)), store.scores()).confirmed_designs();
}

FrontReport read_front(const Store& store) {
  const auto meta = read_meta(store);
  const Rows rows(store, meta);
  const auto scores = store.scores();
  const RunningFront running(store, rows.objectives(), scores);
  FrontReport report;
  report.name = meta.name;
  report.protocol = meta.protocol;
  report.battery = meta.battery;
  report.finished = meta.finished;
  report.reproducible = meta.closed_by != kTimeUp;
  report.devices = store.kinds_of_device();
  report.exhausted = meta.closed_by == kExhausted;
  report.trouble = meta.trouble;
  report.scoring = scoring_of(meta);
  report.objectives = meta.objectives;
  report.length = meta.length;
  report.state_length = served_length(meta);
  report.box = box(rows.objectives());
  report.evaluated = running.evaluated();
  report.completed = running.completed();
  report.waiting = running.waiting();
  report.confirmed = running.is_confirmed();
  report.hypervolume = running.hypervolume();
  if (running.is_confirmed())
    fill_confirmed(report, rows, running);
  else
    report.front = rows.rows(running.members());
  report.hand_designs = rows.rows(running.hand_designs());
  if (!rows.objectives().empty()) report.control = control_report(rows.objectives(), store.sizes(), scores);
  sort_rows(report.front, rows.objectives());
  sort_rows(report.hand_designs, rows.objectives());
  for (const auto& row : report.front)
    if (surely_better(row, report.hand_designs, rows.objectives())) report.better.push_back(row.candidate.hash);
  report.imported = imported_evaluations(store.inputs());
  report.pretrainings = store.pretrainings();
  for (auto& record : report.pretrainings) record.role = role_now(record, report.front);
  return report;
}

}  // namespace madsearch
