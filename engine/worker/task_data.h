#pragma once
#include <memory>

#include "engine/dispatch/messages.h"
#include "engine/worker/examples.h"
#include "mad_tasks/task.h"

namespace madsearch {

/// The task of a request, and the examples that its training uses.
class TaskData {
 public:
  /// Makes the training and the validation examples ahead, with `threads` threads. Throws std::invalid_argument for an
  /// unknown task, settings that the task refuses, and a request without grid, steps or batch.
  TaskData(const TrainRequest& request, int threads);

  const Task& task() const { return task_; }
  Seed seed() const { return seed_; }  // of this task's data, weights and order
  double chance() const { return chance_; }
  double oracle() const { return oracle_; }  // the accuracy of a perfect predictor
  const Examples& training() const { return training_; }
  const Examples& validation() const { return validation_; }  // validation-A; under mad-lab the test set
  Examples held_out(Split split) const;                       // made anew by each call

 private:
  const TrainRequest& request_;
  int threads_;
  const Task& task_;
  Seed seed_;
  double chance_, oracle_;
  std::unique_ptr<Generator> generator_;
  Examples training_, validation_;
};

}  // namespace madsearch
