#include "engine/run/run_check.h"

#include <algorithm>
#include <map>
#include <set>

#include "engine/dispatch/battery_trainings.h"
#include "engine/dispatch/curve_check.h"
#include "engine/dispatch/curves.h"
#include "engine/dispatch/record_problems.h"
#include "engine/run/check_fields.h"
#include "engine/run/chosen_designs.h"
#include "engine/run/differences.h"
#include "engine/run/directory.h"
#include "engine/run/pretraining_plans.h"
#include "engine/run/replay.h"
#include "engine/run/summary.h"
#include "engine/run/text_objective.h"
#include "results/retries.h"
#include "results/run_meta.h"
#include "results/scoring.h"
#include "search/architecture/parser.h"

namespace madsearch {
namespace {

/// The evaluation_key of a training's id, which has task and setting behind it.
std::string key_of(const std::string& training) {
  const auto setting = training.rfind('/');
  return training.substr(0, training.rfind('/', setting == std::string::npos ? setting : setting - 1));
}

class RunCheck {
 public:
  RunCheck(const Store& store, const RunConfig& config)
      : store_(store), config_(config), meta_(read_meta(store)), space_(config.limits) {}

  std::vector<std::string> all() {
    for (const auto& sentence : store_.damage()) say("the file", sentence);
    if (!problems_.empty()) return problems_;
    try {
      check_meta();
      check_candidates();
      check_evaluations();
      check_pretrainings();
    } catch (const std::runtime_error& error) {  // a row that can't be read
      problems_.push_back(printable(error.what(), 1000));
    }
    if (problems_.empty() && decisions_can_be_checked(meta_)) check_decisions();
    return problems_;
  }

 private:
  void say(const std::string& what, const std::string& problem) { problems_.push_back(what + ": " + problem); }

  void check_decisions() {
    try {
      problems_ = problems_of_decisions(search_, search_options(config_, meta_, store_), meta_, config_);
    } catch (const std::exception& error) {
      say("the search", printable(error.what(), 200));
    }
  }

  /// What the store says of the run, beside what only people read.
  void check_meta() {
    const auto changed = differences(meta_.identity, config_.identity());
    for (const auto& line : changed.lines)
      say("meta", "identity says " + line.key + ": " + line.before + ", but the configuration " + line.now);
    auto right = meta_;
    describe(right, config_);
    for (const auto& [key, value] : to_texts(right))
      if (const auto stored = to_texts(meta_).at(key); stored != value && key != "identity")
        say("meta", key + " is " + printable(stored, 200) + ", but must be " + printable(value, 200));
  }

  void check_candidates() {
    for (auto& candidate : store_.candidates()) {
      check_candidate(candidate);
      search_.candidates.emplace(candidate.hash, candidate);
    }
    for (const auto& [hash, candidate] : search_.candidates)
      for (const auto& parent : candidate.parents)
        if (!search_.candidates.contains(parent)) say("candidate " + hash, "its parent " + parent + " is missing");
  }

  void check_candidate(const CandidateRecord& candidate) {
    const auto what = "candidate " + candidate.hash;
    try {
      const auto genome = parse_expanded(candidate.text);
      if (hash(genome) != candidate.hash) say(what, "its text has another hash");
      auto right = candidate_record(space_, {.number = candidate.born, .text = candidate.text});
      if (decisions_can_be_checked(meta_))
        right.text = expanded_text(genome);
      else
        take_sizes(candidate, right);
      right.origin = candidate.origin;  // by whom it was born follows from the search
      right.parents = candidate.parents;
      for (const auto& wrong : wrong_fields(candidate, right)) say(what, wrong);
    } catch (const std::exception& error) {
      say(what, "its text can't be read: " + printable(error.what(), 200));
    }
  }

  /// Another version solved them otherwise.
  static void take_sizes(const CandidateRecord& from, CandidateRecord& to) {
    to.parameters = from.parameters;
    to.active_parameters = from.active_parameters;
    to.flops = from.flops;
  }

  void check_evaluations() {
    std::map<std::string, std::int64_t> first;  // number, by evaluation_key
    for (const auto& evaluation : store_.evaluations()) {
      const auto what = "evaluation " + std::to_string(evaluation.number);
      if (!search_.candidates.contains(evaluation.hash)) say(what, "its candidate " + evaluation.hash + " is missing");
      const auto [place, is_first] = first.emplace(evaluation_key(evaluation), evaluation.number);
      if (is_first)
        check_evaluation(what, evaluation);
      else
        say(what, "done before, as evaluation " + std::to_string(place->second));
      search_.evaluations.emplace(evaluation.number, evaluation);
    }
    check_places(first);
  }

  /// Whether trainings, curves and attempts belong to something. `numbers`: of the evaluations, by evaluation_key.
  void check_places(const std::map<std::string, std::int64_t>& numbers) {
    std::set<std::string> answered;
    for (const auto& [id, evaluation] : store_.training_places()) {
      answered.insert(id);
      const auto what = "training " + printable(id, 200);
      const auto key = key_of(id);
      const auto number = numbers.find(key);
      if (number == numbers.end() && !is_of_a_former_confirmation(key)) say(what, "it is of no evaluation");
      if (number != numbers.end() && number->second != evaluation)
        say(what, "evaluation is " + std::to_string(evaluation) + ", but must be " + std::to_string(number->second));
    }
    for (const auto& id : store_.stray_curves()) say("curves of " + printable(id, 200), "there is no such training");
    for (const auto& record : store_.pretrainings())
      if (is_final(record.outcome)) answered.insert(pretraining_id(record.hash));
    for (const auto& [id, count] : store_.attempts()) check_attempts(id, count, answered.contains(id));
  }

  void check_attempts(const std::string& id, std::int64_t count, bool answered) {
    const auto what = "attempts at " + printable(id, 200);
    if (count < 0) say(what, "there were " + std::to_string(count));
    if (answered) say(what, "it is answered");
    if (!answered && !may_be_asked(id)) say(what, "nobody asks for it");
  }

  /// A training or pretraining of a design that was met, or a plan.
  bool may_be_asked(const std::string& id) const {
    if (id.starts_with("plan/") || is_of_a_former_confirmation(id)) return true;
    const auto pretraining = pretraining_id("");
    const auto design = id.starts_with(pretraining) ? id.substr(pretraining.size()) : id.substr(0, id.find('/'));
    return search_.candidates.contains(design) || is_control(design);
  }

  bool is_control(const std::string& design) const {
    const auto& controls = config_.pretrain.controls;
    const auto& former = meta_.former_controls;
    if (std::find(former.begin(), former.end(), design) != former.end()) return true;
    return std::any_of(controls.begin(), controls.end(),
                       [&](const Design& control) { return hash(repeated(control, config_.limits.stages)) == design; });
  }

  /// A search that became longer has another front to confirm.
  bool is_of_a_former_confirmation(const std::string& key) const {
    const auto slash = key.find('/');
    if (key.find("/counterfactual/") == slash) return true;  // of a member of that front
    return key.find("/confirm/") == slash && search_.candidates.contains(key.substr(0, slash));
  }

  void check_evaluation(const std::string& what, const EvaluationRecord& evaluation) {
    if (evaluation.rung == Rung::kPretrain || (evaluation.rung == Rung::kProbe && !config_.probe)) {
      say(what, "there is no rung " + to_text(evaluation.rung) + " in this run");
      return;
    }
    const auto& battery = battery_of(config_, evaluation.rung);
    std::int64_t found = 0;
    std::int64_t wanted = 0;
    Trainings trainings;
    for (const auto& task : battery.tasks) {
      trainings.emplace_back();
      for (std::size_t j = 0; j < task.settings.size(); ++j, ++wanted) {
        auto training = training_of(store_, evaluation, task.task, j);
        if (!training) continue;
        ++found;
        check_training(*training, battery, task, static_cast<std::int64_t>(j));
        trainings.back().push_back(std::move(*training));
      }
    }
    if (reads_text(config_, evaluation.rung)) {
      ++wanted;
      if (auto training = training_of(store_, evaluation, kTextTask, 0)) {
        ++found;
        check_text_training(*training, evaluation);
        trainings.push_back({std::move(*training)});
      }
    }
    if (evaluation.finished && found < wanted) {
      say(what, "finished, but trainings are missing");
      return;
    }
    const EvaluationRecord begun{.number = evaluation.number,
                                 .hash = evaluation.hash,
                                 .rung = evaluation.rung,
                                 .seed_set = evaluation.seed_set,
                                 .retry = evaluation.retry};
    const auto right = evaluation.finished ? finished_record(begun, battery, trainings, config_.feasible_above) : begun;
    for (const auto& wrong : wrong_fields(evaluation, right)) say(what, wrong);
  }

  /// What was measured can't be computed again, but not all of it is possible.
  void check_training(const TrainingRecord& training, const Battery& battery, const BatteryTask& task,
                      std::int64_t setting) {
    const auto what = "training " + training.id;
    if (training.setting != setting) say(what, "setting is " + std::to_string(training.setting));
    const auto asked = train_request(battery, task.settings[static_cast<std::size_t>(setting)], "", {});
    for (const auto& problem : madsearch::problems_of(training, asked)) say(what, problem);
    check_curves(what, training, asked);
  }

  void check_text_training(const TrainingRecord& training, const EvaluationRecord& evaluation) {
    const auto design = search_.candidates.find(evaluation.hash);
    if (design == search_.candidates.end()) return;  // said already
    const auto asked = text_request(config_.text, parse_expanded(design->second.text), {});
    for (const auto& problem : problems_of_text(training, asked)) say("training " + training.id, problem);
  }

  void check_curves(const std::string& what, const TrainingRecord& training, const TrainRequest& asked) {
    const auto json = store_.curves(training.id);
    if (json.empty()) {  // earlier releases recorded none, and not when a training began
      if (training.outcome == Outcome::kOk && training.provenance.started) say(what, "its curves are missing");
      return;
    }
    try {
      for (const auto& problem : problems_of_curves(curves_of(json), training, asked)) say(what, problem);
    } catch (const std::invalid_argument& error) {
      say(what, printable(error.what(), 200));
    }
  }

  void check_pretrainings() {
    std::set<std::string> data;
    for (const auto& record : store_.pretrainings()) {
      const auto what = "pretraining of " + record.hash;
      try {
        check_pretraining(what, record);
      } catch (const std::exception& error) {
        say(what, printable(error.what(), 200));
      }
      if (record.data) data.insert(*record.data);
    }
    if (data.size() > 1) say("pretrainings", "they were trained on different texts");
    if (meta_.finished && config_.pretrain.members > 0) check_that_all_are_pretrained();
  }

  void check_that_all_are_pretrained() {
    std::set<std::string> done;
    for (const auto& record : store_.pretrainings()) done.insert(record.hash);
    for (const auto& chosen : choose_for_pretraining(store_, config_.pretrain, config_.limits.stages))
      if (!done.contains(chosen.hash))
        say("pretraining of " + chosen.hash, "it is missing, though the run is finished");
  }

  void check_pretraining(const std::string& what, const PretrainingRecord& record) {
    const auto genome = parse_expanded(record.text);
    if (hash(genome) != record.hash) say(what, "its text has another hash");
    check_role(what, record);
    const auto asked = pretrain_request(config_, pretraining_id(record.hash), record.text);
    const auto sizes = decisions_can_be_checked(meta_) ? Sizes::kChecked : Sizes::kOfAnotherVersion;
    for (const auto& problem : madsearch::problems_of(record, asked, sizes)) say(what, problem);
  }

  void check_role(const std::string& what, const PretrainingRecord& record) {
    constexpr std::string_view kPair = "pair of ";
    const bool known = search_.candidates.contains(record.hash);
    if (record.role == "control") {
      if (!is_control(record.hash)) say(what, "it is none of the controls");
    } else if (record.role == "front") {
      if (!known) say(what, "its candidate is missing");
    } else if (!record.role.starts_with(kPair) || !known ||
               !search_.candidates.contains(record.role.substr(kPair.size()))) {
      say(what, "its role is " + printable(record.role, 100));
    }
  }

  const Store& store_;
  const RunConfig& config_;
  RunMeta meta_;
  Architectures space_;
  StoredSearch search_;
  std::vector<std::string> problems_;
};

}  // namespace

bool decisions_can_be_checked(const RunMeta& meta) { return scoring_of(meta) == kScoring; }

std::vector<std::string> problems_of(const Store& store, const RunConfig& config) {
  return RunCheck(store, config).all();
}

}  // namespace madsearch
