#pragma once
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/dispatch/coordinator.h"
#include "engine/dispatch/interrupted.h"
#include "engine/run/config.h"
#include "engine/run/hang_guard.h"
#include "results/store.h"
#include "search/loop/evaluator.h"

namespace madsearch {

/// Scores candidates by training them on the battery of their rung. Trainings that the store holds are not done again,
/// so a resumed search replays what was finished. All candidates of a rung and seed set have the same seeds of data,
/// weights and order.
class BatteryEvaluator : public Evaluator {
 public:
  /// `tick` is called at least once a second while waiting; if it returns true, wait() throws Interrupted. All
  /// references must outlive the evaluator.
  BatteryEvaluator(const RunConfig& config, const Architectures& space, Store& store, Coordinator& coordinator,
                   std::function<bool()> tick);

  /// An evaluation of rung probe needs a configuration with a probe. Throws what Store and Coordinator throw.
  void start(const Evaluation& evaluation) override;
  Measurement wait() override;

  /// After each finished evaluation, replayed ones included.
  std::function<void(const EvaluationRecord&, bool replayed)> on_finished;
  std::function<void(const TrainingRecord&)> on_training;

 private:
  struct Underway {
    Evaluation evaluation;
    CandidateRecord candidate;
    const Battery* battery = nullptr;
    std::vector<std::vector<TrainingRecord>> trainings;  // as battery.tasks, settings
    std::size_t missing = 0;
    bool replayed = true;
  };

  TrainRequest request(const Underway& underway, std::size_t task, std::size_t setting,
                       const std::string& design) const;
  CandidateRecord candidate_of(const Evaluation& evaluation, const Genome& genome, const Cost& spent) const;
  /// Fills the underway's trainings with those that the store holds; gives the requests for the others.
  std::vector<TrainRequest> missing(Underway& underway, const std::string& design) const;
  void remember(const Underway& underway);  // in the store, if it is new there
  void submit(TrainRequest wanted, std::int64_t evaluation, const Genome& sized);
  void take(const TrainingRecord& record);
  Measurement finish(std::int64_t number);

  const RunConfig& config_;
  const Architectures& space_;
  Store& store_;
  Coordinator& coordinator_;
  std::function<bool()> tick_;
  std::map<std::int64_t, Underway> underway_;
  struct Waiting {
    std::int64_t evaluation;
    double flops;
  };
  std::map<std::string, Waiting> waiting_;  // by training id
  HangGuard guard_;
  std::deque<std::int64_t> ready_;
  std::set<std::string> known_;  // hashes in the store
};

}  // namespace madsearch
