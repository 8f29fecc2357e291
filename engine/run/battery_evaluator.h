#pragma once
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "engine/dispatch/coordinator.h"
#include "engine/dispatch/interrupted.h"
#include "engine/run/config.h"
#include "engine/run/imports.h"
#include "engine/run/summary.h"
#include "results/store.h"
#include "search/loop/evaluator.h"

namespace madsearch {

/// Scores candidates by training them on the battery of their rung. Trainings that the store holds, or that the run has
/// imported, are not done again, so a resumed search replays what was finished. All candidates of a rung and seed set
/// have the same seeds of data, weights and order.
class BatteryEvaluator : public Evaluator {
 public:
  /// `scores`: of the store, as it is now. `tick` is called at least once a second while waiting; if it returns true,
  /// wait() throws Interrupted. `check_text` throws if the text is not what it was; a pretraining that failed on such
  /// is no result. All other references must outlive the evaluator.
  BatteryEvaluator(const RunConfig& config, const Architectures& space, Store& store,
                   const std::vector<EvaluationRecord>& scores, Coordinator& coordinator, std::function<bool()> tick,
                   std::function<void()> check_text);

  /// An evaluation of rung probe needs a configuration with a probe. Throws what Store and Coordinator throw, and
  /// std::invalid_argument for what another evaluation under way is already training.
  void start(const Evaluation& evaluation) override;
  Measurement wait() override;

  /// After an evaluation was begun that no earlier session finished.
  std::function<void(const CandidateRecord&, const EvaluationRecord&)> on_started;
  /// After each finished evaluation, replayed ones included.
  std::function<void(const CandidateRecord&, const EvaluationRecord&, bool replayed)> on_finished;
  std::function<void(const TrainingRecord&)> on_training;

 private:
  struct Underway {
    Evaluation evaluation;
    CandidateRecord candidate;
    EvaluationRecord begun;  // as it is stored while trainings are missing
    const Battery* battery = nullptr;
    std::vector<std::string> tasks;  // of the battery, then kTextTask where text is read
    Trainings trainings;             // of these
    std::size_t missing = 0;
    bool replayed = true;
  };
  /// A training that was asked for: its place among those of its evaluation.
  struct Waiting {
    std::int64_t evaluation = 0;
    std::size_t task = 0;
    std::size_t setting = 0;
  };

  struct Wanted {
    Request request;
    double flops = 0;  // forward
    std::size_t task = 0;
    std::size_t setting = 0;
  };
  struct Finished {
    Measurement measurement;
    CandidateRecord candidate;
    EvaluationRecord record;
    bool replayed = false;
  };

  Seed seed_of(const Evaluation& evaluation) const;
  Wanted wanted(const Underway& underway, std::size_t task, std::size_t setting, const Genome& sized) const;
  std::optional<TrainingRecord> done(const EvaluationRecord& evaluation, const std::string& task, std::size_t setting,
                                     bool is_new) const;
  /// Fills the underway's trainings with those that the store holds; gives the others.
  std::vector<Wanted> missing(Underway& underway, const Genome& sized) const;
  void remember(const Underway& underway);  // in the store, if it is new there
  void submit(Wanted wanted, std::int64_t evaluation);
  std::vector<TrainReply> answers();
  void check_text(const TrainingRecord& record) const;
  bool take(TrainReply& reply);
  void finish(const Underway& underway);

  const RunConfig& config_;
  const Architectures& space_;
  Store& store_;
  Coordinator& coordinator_;
  std::function<bool()> tick_;
  std::function<void()> check_text_;
  std::map<std::int64_t, Underway> underway_;
  std::unordered_map<std::string, Waiting> waiting_;  // by training id
  std::deque<Finished> ready_;
  std::map<std::string, ImportedTraining> imported_;        // by training id
  std::unordered_set<std::string> known_;                   // hashes in the store
  std::unordered_map<std::int64_t, std::string> finished_;  // by earlier sessions: number -> key
  std::optional<Store::Batch> batch_;                       // what was written since the last commit
};

}  // namespace madsearch
