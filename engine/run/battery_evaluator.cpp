#include "engine/run/battery_evaluator.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "engine/dispatch/battery_trainings.h"
#include "mad_tasks/score.h"
#include "mad_tasks/table.h"
#include "search/architecture/cost.h"
#include "search/architecture/parser.h"

namespace madsearch {
namespace {

std::string training_id(const std::string& hash, const Evaluation& evaluation, const std::string& task,
                        std::size_t setting) {
  return hash + "/" + to_text(evaluation.rung) + "/" + std::to_string(evaluation.seed_set) + "/" + task + "/" +
         std::to_string(setting);
}

std::string tasks_json(const BatteryScore& score) {
  nlohmann::ordered_json out;
  for (const auto& task : score.tasks) out[task.task] = {{"score", task.score}, {"settings", task.settings}};
  return out.dump();
}

/// One accuracy of each training, as battery_score wants them.
std::vector<std::vector<double>> accuracies(const std::vector<std::vector<TrainingRecord>>& trainings,
                                            std::optional<double> TrainingRecord::*which) {
  std::vector<std::vector<double>> out;
  for (const auto& task : trainings) {
    out.emplace_back();
    for (const auto& training : task) out.back().push_back((training.*which).value());
  }
  return out;
}

}  // namespace

BatteryEvaluator::BatteryEvaluator(const RunConfig& config, const Architectures& space, Store& store,
                                   Coordinator& coordinator, std::function<bool()> tick)
    : config_(config), space_(space), store_(store), coordinator_(coordinator), tick_(std::move(tick)) {
  for (const auto& candidate : store_.candidates()) known_.insert(candidate.hash);
}

TrainRequest BatteryEvaluator::request(const Underway& underway, std::size_t task, std::size_t setting,
                                       const std::string& design) const {
  const auto& battery = *underway.battery;
  const auto& evaluation = underway.evaluation;
  const auto seed =
      Seed{config_.seed}.derive(to_text(evaluation.rung)).derive(static_cast<std::uint64_t>(evaluation.seed_set));
  auto out = train_request(battery, battery.tasks[task].settings[setting], design, seed);
  out.id = training_id(underway.candidate.hash, evaluation, battery.tasks[task].task, setting);
  return out;
}

CandidateRecord BatteryEvaluator::candidate_of(const Evaluation& evaluation, const Genome& genome,
                                               const Cost& spent) const {
  CandidateRecord out{.hash = hash(genome), .text = evaluation.text, .origin = evaluation.origin};
  for (const auto& parent : evaluation.parents) out.parents.push_back(hash(parse(parent)));
  out.parameters = spent.parameters;
  out.active_parameters = spent.active();
  out.flops = spent.flops;
  out.state_exact = spent.state;
  out.state_mad = spent.state_mad;
  out.born = evaluation.number;
  return out;
}

std::vector<TrainRequest> BatteryEvaluator::missing(Underway& underway, const std::string& design) const {
  std::vector<TrainRequest> out;
  for (std::size_t i = 0; i < underway.battery->tasks.size(); ++i) {
    auto& row = underway.trainings.emplace_back(underway.battery->tasks[i].settings.size());
    for (std::size_t j = 0; j < row.size(); ++j) {
      auto wanted = request(underway, i, j, design);
      if (auto done = store_.training(wanted.id)) {
        row[j] = std::move(*done);
      } else {
        row[j].id = wanted.id;
        out.push_back(std::move(wanted));
      }
    }
  }
  return out;
}

void BatteryEvaluator::remember(const Underway& underway) {
  const bool born = known_.insert(underway.candidate.hash).second;
  if (!born && underway.replayed) return;
  const auto& evaluation = underway.evaluation;
  const EvaluationRecord record{.number = evaluation.number,
                                .hash = underway.candidate.hash,
                                .rung = evaluation.rung,
                                .seed_set = evaluation.seed_set};
  store_.transaction([&] {
    if (born) store_.put(underway.candidate);
    store_.put(record);
  });
}

void BatteryEvaluator::submit(TrainRequest wanted, std::int64_t evaluation, const Genome& sized) {
  const auto& setting = wanted.setting;
  const Shape shape{wanted.width, find_task(setting.setting.task)->input_length(setting.setting.values),
                    config_.limits.shape.protocol};
  const auto flops = static_cast<double>(cost(sized, shape).flops) *
                     static_cast<double>(setting.steps * setting.batch) * static_cast<double>(wanted.grid.size());
  waiting_[wanted.id] = {evaluation, flops};
  wanted.seconds_limit = guard_.limit(flops);
  // Later evaluations wait for the results of earlier ones, so these go first; within one the longest, so that none is
  // left for the end alone.
  coordinator_.submit(std::move(wanted), evaluation, flops);
}

void BatteryEvaluator::start(const Evaluation& evaluation) {
  const auto genome = parse(evaluation.text);
  const auto sized = space_.sized(genome).genome;
  Underway underway{.evaluation = evaluation};
  underway.candidate = candidate_of(evaluation, genome, cost(sized, config_.limits.shape));
  underway.battery = evaluation.rung == Rung::kProbe ? &*config_.probe : &config_.battery;
  auto requests = missing(underway, text(sized));
  underway.missing = requests.size();
  underway.replayed = requests.empty();
  remember(underway);
  underway_.emplace(evaluation.number, std::move(underway));
  if (requests.empty()) ready_.push_back(evaluation.number);
  for (auto& wanted : requests) submit(std::move(wanted), evaluation.number, sized);
}

void BatteryEvaluator::take(const TrainingRecord& record) {
  const auto asked = waiting_.find(record.id);
  if (asked == waiting_.end()) return;  // answered twice
  if (record.outcome == Outcome::kOk) guard_.saw(asked->second.flops, record.core_seconds);
  auto& underway = underway_.at(asked->second.evaluation);
  for (auto& task : underway.trainings)
    for (auto& training : task)
      if (training.id == record.id) training = record;
  if (--underway.missing == 0) ready_.push_back(asked->second.evaluation);
  waiting_.erase(asked);
  if (on_training) on_training(record);
}

Measurement BatteryEvaluator::wait() {
  while (ready_.empty()) {
    if (tick_()) throw Interrupted{};
    std::vector<TrainingRecord> replies;  // those that wait together share a commit
    for (auto reply = coordinator_.wait(0.5); reply; reply = coordinator_.wait(0))
      if (const auto* trained = std::get_if<TrainReply>(&*reply)) replies.push_back(trained->record);
    store_.transaction([&] {
      for (auto& reply : replies) {
        const auto asked = waiting_.find(reply.id);
        if (asked == waiting_.end()) continue;
        const auto& underway = underway_.at(asked->second.evaluation);
        for (std::size_t i = 0; i < underway.trainings.size(); ++i)
          for (std::size_t j = 0; j < underway.trainings[i].size(); ++j) {
            if (underway.trainings[i][j].id != reply.id) continue;
            reply.task = underway.battery->tasks[i].task;
            reply.setting = static_cast<std::int64_t>(j);
          }
        store_.put(reply, asked->second.evaluation);
      }
    });
    for (const auto& reply : replies) take(reply);
  }
  const auto number = ready_.front();
  ready_.pop_front();
  return finish(number);
}

Measurement BatteryEvaluator::finish(std::int64_t number) {
  const auto underway = std::move(underway_.extract(number).mapped());
  const auto& battery = *underway.battery;
  EvaluationRecord record{.number = number,
                          .hash = underway.candidate.hash,
                          .rung = underway.evaluation.rung,
                          .seed_set = underway.evaluation.seed_set,
                          .finished = true};
  for (const auto& task : underway.trainings)
    for (const auto& training : task) {
      record.core_seconds += training.core_seconds;
      if (record.outcome == Outcome::kOk) record.outcome = training.outcome;
    }
  Measurement out{.number = number, .outcome = record.outcome};
  if (record.outcome == Outcome::kOk) {
    const bool macro = battery.protocol == Protocol::kMadLab;  // the reference's accuracy, on the only split it has
    const auto score = battery_score(
        battery, accuracies(underway.trainings, macro ? &TrainingRecord::test_macro : &TrainingRecord::validation_b));
    record.score = score.score;
    record.test_score = battery_score(battery, accuracies(underway.trainings,
                                                          macro ? &TrainingRecord::test_macro : &TrainingRecord::test))
                            .score;
    record.violation = std::max(0.0, config_.feasible_above - score.above_chance);
    record.tasks_json = tasks_json(score);
    out.score = score.score;
    out.violation = *record.violation;
    out.objectives = values(config_.objectives, underway.candidate, score.score);
  }
  store_.put(record);
  if (on_finished) on_finished(record, underway.replayed);
  return out;
}

}  // namespace madsearch
