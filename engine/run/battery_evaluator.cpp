#include "engine/run/battery_evaluator.h"

#include <algorithm>
#include <stdexcept>

#include "configs/errors.h"
#include "engine/dispatch/battery_trainings.h"
#include "engine/dispatch/curves.h"
#include "engine/run/text_objective.h"
#include "engine/run/training_flops.h"
#include "results/retries.h"
#include "search/architecture/cost.h"
#include "search/architecture/parser.h"

namespace madsearch {

BatteryEvaluator::BatteryEvaluator(const RunConfig& config, const Architectures& space, Store& store,
                                   const std::vector<EvaluationRecord>& scores, Coordinator& coordinator,
                                   std::function<bool()> tick, std::function<void()> check_text)
    : config_(config),
      space_(space),
      store_(store),
      coordinator_(coordinator),
      tick_(std::move(tick)),
      check_text_(std::move(check_text)),
      imported_(imported_trainings(store.inputs())) {
  for (const auto& candidate : store_.sizes()) known_.insert(candidate.hash);
  for (const auto& evaluation : scores)
    if (evaluation.finished) finished_[evaluation.number] = evaluation_key(evaluation);
}

Seed BatteryEvaluator::seed_of(const Evaluation& evaluation) const {
  const auto rung = evaluation.rung == Rung::kCounterfactual ? Rung::kConfirm : evaluation.rung;  // on equal seeds
  return Seed{config_.seed}.derive(to_text(rung)).derive(static_cast<std::uint64_t>(evaluation.seed_set));
}

/// A setting of the battery, or the text beside it.
BatteryEvaluator::Wanted BatteryEvaluator::wanted(const Underway& underway, std::size_t task, std::size_t setting,
                                                  const Genome& sized) const {
  const auto& battery = *underway.battery;
  const auto seed = seed_of(underway.evaluation);
  const auto id = training_id(underway.begun, underway.tasks[task], setting);
  if (task == battery.tasks.size()) {
    auto request = text_request(config_.text, parse_expanded(underway.evaluation.text), seed);
    request.id = id;
    const auto forward = request.flops / 3;
    return {std::move(request), forward, task, setting};
  }
  auto request = train_request(battery, battery.tasks[task].settings[setting], expanded_text(sized), seed);
  request.id = id;
  const auto forward = training_flops(request, sized);
  return {std::move(request), forward, task, setting};
}

/// A training that was done before. `is_new`: the store has nothing of the evaluation.
std::optional<TrainingRecord> BatteryEvaluator::done(const EvaluationRecord& evaluation, const std::string& task,
                                                     std::size_t setting, bool is_new) const {
  if (!is_new)
    if (auto stored = training_of(store_, evaluation, task, setting)) return stored;
  const auto imported = imported_.find(training_id(evaluation, task, setting));
  return imported == imported_.end() ? std::nullopt : std::optional(imported->second.record);
}

std::vector<BatteryEvaluator::Wanted> BatteryEvaluator::missing(Underway& underway, const Genome& sized) const {
  // The store has nothing of it; of a former confirmation it may have trainings alone.
  const bool is_new = !known_.contains(underway.candidate.hash) && !is_fresh(underway.evaluation.rung);
  std::vector<Wanted> out;
  for (std::size_t i = 0; i < underway.tasks.size(); ++i) {
    const auto settings = i < underway.battery->tasks.size() ? underway.battery->tasks[i].settings.size() : 1;
    auto& row = underway.trainings.emplace_back(settings);
    for (std::size_t j = 0; j < row.size(); ++j) {
      if (auto before = done(underway.begun, underway.tasks[i], j, is_new))
        row[j] = std::move(*before);
      else
        out.push_back(wanted(underway, i, j, sized));
    }
  }
  return out;
}

void BatteryEvaluator::remember(const Underway& underway) {
  const bool born = known_.insert(underway.candidate.hash).second;
  if (!born && underway.replayed) return;
  if (born) store_.put(underway.candidate);
  store_.put(underway.begun);
  const auto own = evaluation_key(underway.begun) + "/";  // not of an earlier try
  for (const auto& task : underway.trainings)  // of a number that a longer search has given to something else
    for (const auto& training : task) {
      if (!training.id.starts_with(own)) continue;
      store_.put(training, underway.begun.number);
      const auto imported = imported_.find(training.id);
      if (imported != imported_.end() && !imported->second.curves.empty())
        store_.put_curves(training.id, imported->second.curves);
    }
  if (on_started) on_started(underway.candidate, underway.begun);
}

void BatteryEvaluator::submit(Wanted wanted, std::int64_t evaluation) {
  const auto id = id_of(wanted.request);
  if (!waiting_.try_emplace(id, Waiting{evaluation, wanted.task, wanted.setting}).second)
    throw std::invalid_argument("evaluation " + std::to_string(evaluation) + " asks for training " + id +
                                ", which another evaluation waits for");
  // Later evaluations wait for the results of earlier ones, so these go first; within one the longest, so that none is
  // left for the end alone.
  coordinator_.submit(std::move(wanted.request), evaluation, wanted.flops);
}

void BatteryEvaluator::start(const Evaluation& evaluation) {
  if (!batch_) batch_.emplace(store_);
  const auto genome = parse_expanded(evaluation.text);
  const auto sized = space_.sized(genome).genome;
  Underway underway{.evaluation = evaluation, .candidate = candidate_record(space_, evaluation)};
  underway.begun = {.number = evaluation.number,
                    .hash = underway.candidate.hash,
                    .rung = evaluation.rung,
                    .seed_set = evaluation.seed_set,
                    .retry = evaluation.retry};
  underway.battery = &battery_of(config_, evaluation.rung);
  for (const auto& task : underway.battery->tasks) underway.tasks.push_back(task.task);
  if (reads_text(config_, evaluation.rung)) underway.tasks.push_back(kTextTask);
  auto requests = missing(underway, sized);
  underway.missing = requests.size();
  const auto before = finished_.find(evaluation.number);  // a run that became longer has another evaluation there
  underway.replayed = requests.empty() && before != finished_.end() && before->second == evaluation_key(underway.begun);
  remember(underway);
  if (requests.empty()) return finish(underway);
  underway_.emplace(evaluation.number, std::move(underway));
  for (auto& wanted : requests) submit(std::move(wanted), evaluation.number);
}

/// What the workers have answered; waits half a second for a first answer.
std::vector<TrainReply> BatteryEvaluator::answers() {
  std::vector<TrainReply> out;
  for (auto reply = coordinator_.wait(0.5); reply; reply = coordinator_.wait(0)) {
    if (auto* trained = std::get_if<TrainReply>(&*reply)) out.push_back(std::move(*trained));
    if (const auto* pretrained = std::get_if<PretrainReply>(&*reply))
      out.push_back({.record = text_training(config_.text, *pretrained)});
  }
  return out;
}

/// Throws if the text is to blame for what is no result of the design's.
void BatteryEvaluator::check_text(const TrainingRecord& record) const {
  if (record.outcome == Outcome::kFailed) check_text_();
  if (record.outcome != Outcome::kOk || record.text.bits_per_byte_recall) return;
  for (const auto& objective : config_.objectives)
    if (objective.name == "bits_per_byte_recall")
      throw ConfigError("the held-out documents of " + config_.text.file.options.data +
                        " have too few targets of the recall slice (below 1,000), so bits_per_byte_recall is no "
                        "objective on them");
}

/// Stores an answer, and its evaluation with it if it is the last. False if it was answered before.
bool BatteryEvaluator::take(TrainReply& reply) {
  auto& record = reply.record;
  const auto place = waiting_.find(record.id);
  if (place == waiting_.end()) return false;
  const auto asked = place->second;
  waiting_.erase(place);
  auto& underway = underway_.at(asked.evaluation);
  record.task = underway.tasks[asked.task];
  if (record.task == kTextTask) check_text(record);
  record.setting = static_cast<std::int64_t>(asked.setting);
  store_.put(record, asked.evaluation);
  if (!reply.curves.empty()) store_.put_curves(record.id, curves_json(reply.curves));
  underway.trainings[asked.task][asked.setting] = record;
  if (--underway.missing > 0) return true;
  finish(underway);
  underway_.erase(asked.evaluation);
  return true;
}

Measurement BatteryEvaluator::wait() {
  while (ready_.empty()) {
    if (!batch_) batch_.emplace(store_);
    if (tick_()) throw Interrupted{};
    auto replies = answers();
    std::erase_if(replies, [this](TrainReply& reply) { return !take(reply); });
    batch_->commit();  // before anything is said of it
    batch_.reset();
    if (!on_training) continue;
    for (const auto& reply : replies) on_training(reply.record);
  }
  const auto finished = std::move(ready_.front());
  ready_.pop_front();
  if (on_finished) on_finished(finished.candidate, finished.record, finished.replayed);
  return finished.measurement;
}

/// All trainings are there: what they come to is stored, and ready to be told.
void BatteryEvaluator::finish(const Underway& underway) {
  const auto record = finished_record(underway.begun, *underway.battery, underway.trainings, config_.feasible_above);
  if (!underway.replayed) store_.put(record);
  ready_.push_back(
      {measurement_of(record, underway.candidate, config_.objectives), underway.candidate, record, underway.replayed});
}

}  // namespace madsearch
