#pragma once
#include <string>

#include "engine/worker/examples.h"
#include "engine/worker/model.h"
#include "engine/worker/optimizer.h"
#include "engine/worker/recording.h"

namespace madsearch {

/// How steps are computed: memory and time hang on it, and of what is computed the order of sums only.
struct StepPlan {
  Recorder recorder;             // of steps; empty: each is computed from the host
  std::int64_t most_scored = 0;  // of a batch; 0 where all have as many
  /// Forward and backward of so many parts of a batch after one another, before one update of the parameters. For more
  /// than one all positions must be scored, and no mixer may have an auxiliary loss: it is no mean over sequences.
  std::int64_t parts = 1;
};

/// One training step of R replicas: forward, mean loss, backward, AdamW.
///
/// With a recorder the step is recorded once, after three that warm up, and then replayed for batches of the same sizes
/// as the first one; where batches differ in how many of their positions are scored, all are padded to as many. Other
/// batches, like the last one of an epoch, are computed as without a recorder. After replicas were dropped the step is
/// recorded anew. The first replay is compared with the same step computed. If a step cannot be recorded, or its replay
/// moves the parameters elsewhere, steps are computed from then on, and stderr says why.
class TrainingStep {
 public:
  /// `optimizer` must be that of `model`; both must outlive this.
  TrainingStep(Model& model, AdamW& optimizer, StepPlan plan = {});
  /// Updates the parameters, all rates times `factor`. Returns the losses [R] before the update, on the device; to be
  /// read before the next call.
  at::Tensor operator()(const Batch& batch, double factor);
  /// Forward and backward of the batch as one part, which change nothing.
  void rehearse(const Batch& batch);
  bool recorded() const { return recording_ != nullptr; }
  const std::string& problem() const { return problem_; }  // why it can't be replayed; empty if there is no problem

 private:
  Batch padded(const Batch& batch) const;
  at::Tensor step(const Batch& batch);
  at::Tensor compute(const Batch& batch);
  at::Tensor gradients(const Batch& batch);  // returns the losses
  at::Tensor gradients(const Batch& batch, double share);
  bool replayable(const Batch& batch);
  at::Tensor replay(const Batch& batch);
  at::Tensor record(const Batch& batch);  // does the step, too
  void forget();

  Model& model_;
  AdamW& optimizer_;
  StepPlan plan_;  // without a recorder nothing is padded
  std::string problem_;
  std::int64_t replicas_ = 0;  // when the first batch came
  std::int64_t warm_ = 0;      // steps computed for batches of its sizes
  Batch fixed_;                // where the recorded step finds its batch
  at::Tensor losses_;          // where it leaves its losses
  std::unique_ptr<Recording> recording_;
};

}  // namespace madsearch
