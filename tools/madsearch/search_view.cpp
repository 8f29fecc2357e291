#include "search_view.h"

#include <algorithm>
#include <map>
#include <sstream>
#include <unordered_map>
#include <unordered_set>

#include "candidate_view.h"
#include "front_view.h"
#include "primitives/table.h"
#include "results/imported.h"
#include "results/origins.h"
#include "results/run_meta.h"
#include "results/running_front.h"
#include "stored.h"

namespace madsearch {
namespace {

constexpr std::size_t kMostTimes = 6000;  // trainings whose places a page shows

Record primitive_families() {
  Record out;
  for (const auto& primitive : primitives()) out.set(primitive.name, primitive.family);
  return out;
}

std::vector<Record> operators_of(const RunMeta& meta) {
  std::vector<Record> out;
  for (const auto& [name, count] : meta.operators)
    out.push_back({{"name", name}, {"tried", count.tried}, {"succeeded", count.succeeded}});
  return out;
}

/// Whether an evaluation is one of the search's own, of which it learns.
bool is_searching(const EvaluationRecord& evaluation, const CandidateRecord& candidate) {
  return evaluation.finished && !is_fresh(evaluation.rung) && candidate.origin != kRandomControl;
}

/// How the search's own front grew. What is confirmed later is left out, as it scores a front and doesn't extend it.
class Progress {
 public:
  explicit Progress(const RunMeta& meta) : front_(objectives_of(meta)) {}

  void add(const CandidateRecord& candidate, const EvaluationRecord& evaluation) {
    if (!is_searching(evaluation, candidate)) return;
    front_.add(candidate, evaluation);
    const bool whole = evaluation.rung == Rung::kBattery && evaluation.score && evaluation.violation == 0;
    if (whole) best_ = std::max(best_.value_or(0), *evaluation.score);
    if (front_.hypervolume() == hypervolume_ && best_ == shown_) return;
    hypervolume_ = front_.hypervolume();
    shown_ = best_;
    steps_.push_back({{"number", evaluation.number}, {"hypervolume", hypervolume_}, {"best", best_}});
  }
  std::vector<Record> steps() const { return steps_; }

 private:
  RunningFront front_;
  double hypervolume_ = 0;
  std::optional<double> best_;
  std::optional<double> shown_;
  std::vector<Record> steps_;
};

using Candidates = std::unordered_map<std::string, const CandidateRecord*>;

std::vector<Record> progress_of(const RunMeta& meta, const Candidates& candidates,
                                const std::vector<EvaluationRecord>& evaluations) {
  Progress out(meta);
  for (const auto& evaluation : evaluations)
    if (const auto found = candidates.find(evaluation.hash); found != candidates.end())
      out.add(*found->second, evaluation);
  return out.steps();
}

/// When the last training of each evaluation ended, in seconds since 1970; of what was recorded.
std::unordered_map<std::int64_t, double> ends_of(const std::vector<PlacedTraining>& trainings) {
  std::unordered_map<std::int64_t, double> out;
  for (const auto& [training, evaluation] : trainings) {
    const auto& place = training.provenance;
    if (!place.started || !place.seconds) continue;
    auto& end = out[evaluation];
    end = std::max(end, *place.started + *place.seconds);
  }
  return out;
}

Record time_facts(const PlacedTraining& placed) {
  const auto& [training, evaluation] = placed;
  const auto& place = training.provenance;
  return {{"evaluation", evaluation},    {"task", training.task},
          {"setting", training.setting}, {"outcome", to_text(training.outcome)},
          {"message", training.message}, {"started", place.started},
          {"seconds", place.seconds},    {"slot", place.slot},
          {"device", place.device},      {"host", place.host}};
}

/// The newest, and of what failed all up to as many.
std::vector<Record> times_of(const std::vector<PlacedTraining>& trainings) {
  std::vector<Record> out;
  std::size_t failed = 0;
  const auto old = trainings.size() - std::min(trainings.size(), kMostTimes);
  for (std::size_t i = 0; i < trainings.size(); ++i) {
    const bool fails = trainings[i].record.outcome != Outcome::kOk && failed < kMostTimes;
    failed += fails ? 1 : 0;
    if (i >= old || fails) out.push_back(time_facts(trainings[i]));
  }
  return out;
}

std::vector<Record> whole(const Store& store, const std::vector<PlacedTraining>& trainings) {
  std::vector<Record> out;
  for (const auto& [training, evaluation] : trainings) {
    out.push_back(training_facts(store, training));
    out.back().set("evaluation", evaluation);
  }
  return out;
}

std::vector<Record> candidates_from(const Store& store, const std::vector<CandidateRecord>& candidates,
                                    const std::vector<EvaluationRecord>& evaluations, std::int64_t from) {
  std::unordered_map<std::string, Record> scores;
  for (const auto& row : completed_designs(store)) scores[row.candidate.hash] = score_facts(row);
  std::unordered_set<std::string> changed;
  for (const auto& evaluation : evaluations)
    if (evaluation.number >= from) changed.insert(evaluation.hash);
  std::vector<Record> out;
  for (const auto& candidate : candidates) {
    if (candidate.born < from && !changed.contains(candidate.hash)) continue;
    auto& facts = out.emplace_back(candidate_facts(candidate));
    if (const auto found = scores.find(candidate.hash); found != scores.end())
      for (const auto& field : found->second.fields()) facts.set(field.name, field.value);
  }
  return out;
}

std::vector<Record> evaluations_from(const std::vector<EvaluationRecord>& evaluations,
                                     const std::map<std::string, std::string>& imported,
                                     const std::unordered_map<std::int64_t, double>& ends, std::int64_t from) {
  std::vector<Record> out;
  for (const auto& evaluation : evaluations) {
    if (evaluation.number < from) continue;
    auto& facts = out.emplace_back(evaluation_facts(evaluation, imported));
    const auto end = ends.find(evaluation.number);
    facts.set("ended", end == ends.end() ? Value() : Value(end->second));
  }
  return out;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

}  // namespace

Record search_view(const StandingRun& run, const std::string& folder, Trainings trainings, std::int64_t from) {
  const auto& store = run.store;
  const auto meta = read_meta(store);
  const auto candidates = store.candidates();
  const auto evaluations = store.evaluations();
  const bool all = trainings == Trainings::kWhole;
  const auto placed = all ? store.trainings() : store.training_times();
  Candidates by_hash;
  for (const auto& candidate : candidates) by_hash[candidate.hash] = &candidate;
  return {{"folder", folder},
          {"front", front_view(run).record},
          {"planned", meta.evaluations},
          {"spent_seconds", meta.spent_seconds},
          {"pools", lines_of(meta.pools)},
          {"primitives", primitive_families()},
          {"candidates", candidates_from(store, candidates, evaluations, from)},
          {"evaluations", evaluations_from(evaluations, imported_evaluations(store.inputs()), ends_of(placed), from)},
          {"trainings", all ? whole(store, placed) : times_of(placed)},
          {"progress", progress_of(meta, by_hash, evaluations)},
          {"operators", operators_of(meta)}};
}

}  // namespace madsearch
