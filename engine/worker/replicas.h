#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/worker/metrics.h"
#include "engine/worker/model.h"
#include "engine/worker/optimizer.h"
#include "engine/worker/training_step.h"

namespace madsearch {

/// How the replicas of a training are computed. Memory and time hang on it, and of what is computed the order of sums.
struct ReplicaPlan {
  std::int64_t at_once = 0;  // so many, then the next ones
  StepPlan step;
};

/// Replicas of one design in training, in step with each other; each with weights, rate and decay of its own.
class Replicas {
 public:
  /// One a seed of `options`. Throws as Model does.
  Replicas(const Genome& genome, const ModelOptions& options, const std::vector<double>& rates,
           const std::vector<double>& decays, const AdamW::Options& adam, const ReplicaPlan& plan);

  std::int64_t size() const;
  /// One step of each on the batch, its rate times `factor`. Returns the losses before it, [R] on the device, to be
  /// read before the next call.
  at::Tensor step(const Batch& batch, double factor);
  /// Forward and backward of those that are computed at once, which change nothing.
  void rehearse(const Batch& batch) { groups_.front().step->rehearse(batch); }
  std::vector<BatchMetrics> metrics(const Batch& batch, bool with_macro);  // of each, as they are now
  /// Keeps replicas `index` (ascending, not empty).
  void keep(const std::vector<std::int64_t>& index);

  at::Tensor weights(std::int64_t replica) const;  // a flat copy
  /// Keeps one replica, and gives it these weights.
  Model& only(const at::Tensor& weights);
  std::int64_t bytes_of_weights() const;  // of all

  std::vector<Model*> models();  // one for those that are computed at once, then one for the next ones
  AdamW& optimizer();            // of those that are computed at once

 private:
  struct Group {
    std::unique_ptr<Model> model;
    std::unique_ptr<AdamW> optimizer;
    std::unique_ptr<TrainingStep> step;
    std::int64_t size() const { return optimizer->replicas(); }
  };
  std::vector<Group> groups_;
};

}  // namespace madsearch
