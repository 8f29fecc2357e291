#include "engine/run/summary.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "engine/dispatch/battery_trainings.h"
#include "mad_tasks/score.h"
#include "results/retries.h"
#include "search/architecture/cost.h"
#include "search/architecture/parser.h"

namespace madsearch {
namespace {

std::string tasks_json(const BatteryScore& score) {
  nlohmann::ordered_json out;
  for (const auto& task : score.tasks) out[task.task] = {{"score", task.score}, {"settings", task.settings}};
  return out.dump();
}

/// One accuracy of each training on the battery's tasks, as battery_score wants them.
template <class Accuracy>
std::vector<std::vector<double>> accuracies(const Battery& battery, const Trainings& trainings,
                                            const Accuracy& accuracy) {
  std::vector<std::vector<double>> out;
  for (std::size_t i = 0; i < battery.tasks.size(); ++i) {
    out.emplace_back();
    for (const auto& training : trainings[i]) out.back().push_back(accuracy(training).value());
  }
  return out;
}

}  // namespace

const Battery& battery_of(const RunConfig& config, Rung rung) {
  if (rung != Rung::kProbe) return config.battery;
  if (!config.probe) throw std::invalid_argument("a probe without a battery for it");
  return *config.probe;
}

CandidateRecord candidate_record(const Architectures& space, const Evaluation& born) {
  const auto genome = parse_expanded(born.text);
  const auto sized = space.sized(genome).genome;
  const auto spent = cost(sized, space.limits().shape);
  const auto served = cost(sized, space.limits().served());
  CandidateRecord out{.hash = hash(genome), .text = born.text, .origin = born.origin};
  for (const auto& parent : born.parents) out.parents.push_back(hash(parse_expanded(parent)));
  out.parameters = spent.parameters;
  out.active_parameters = spent.active();
  out.flops = spent.flops;
  out.state_exact = spent.state;
  out.state_mad = spent.state_mad;
  out.served_state = served.state;
  out.served_state_mad = served.state_mad;
  out.born = born.number;
  return out;
}

EvaluationRecord finished_record(EvaluationRecord begun, const Battery& battery, const Trainings& trainings,
                                 double feasible_above) {
  auto out = std::move(begun);
  out.finished = true;
  for (const auto& task : trainings)
    for (const auto& training : task) {
      out.core_seconds += training.core_seconds;
      if (out.outcome == Outcome::kOk) out.outcome = training.outcome;
    }
  if (out.outcome != Outcome::kOk) return out;
  const auto scored = [&](const TrainingRecord& training) { return scored_accuracy(battery, training); };
  const bool macro = battery.protocol == Protocol::kMadLab;  // the reference's accuracy, on the only split it has
  const auto tested = [&](const TrainingRecord& training) { return macro ? training.test_macro : training.test; };
  const auto score = battery_score(battery, accuracies(battery, trainings, scored));
  out.score = score.score;
  out.test_score = battery_score(battery, accuracies(battery, trainings, tested)).score;
  out.violation = std::max(0.0, feasible_above - score.above_chance);
  out.tasks_json = tasks_json(score);
  if (trainings.size() > battery.tasks.size()) out.text = trainings.back().front().text;
  return out;
}

Measurement measurement_of(const EvaluationRecord& finished, const CandidateRecord& candidate,
                           const std::vector<Objective>& objectives) {
  Measurement out{.number = finished.number, .outcome = finished.outcome};
  if (finished.outcome != Outcome::kOk) return out;
  out.score = finished.score.value();
  out.violation = finished.violation.value();
  auto measures = measured(finished);
  if (!may_read_text(finished.rung)) measures.bits_per_byte = measures.bits_per_byte_recall = 0;  // the same for all
  out.objectives = values(objectives, candidate, measures);
  return out;
}

SearchOptions search_options(const RunConfig& config, const RunMeta& meta, const Store& store) {
  auto out = config.search;
  for (const auto& key : meta.retries) {
    const auto evaluation = evaluation_of_key(key);
    const auto candidate = store.candidate(evaluation.hash);
    if (!candidate) throw std::invalid_argument("retries name " + key + ", whose candidate is missing");
    out.retries.push_back({.text = candidate->text,
                           .rung = evaluation.rung,
                           .seed_set = evaluation.seed_set,
                           .origin = candidate->origin,
                           .retry = evaluation.retry});
  }
  if (meta.closed_at) out.evaluations = std::min(out.evaluations, *meta.closed_at);
  return out;
}

std::vector<SeedDesign> seed_designs(const RunConfig& config) {
  std::vector<SeedDesign> out;
  for (const auto& design : config.seeds) out.push_back({design.name, expanded_text(design.genome)});
  return out;
}

}  // namespace madsearch
