#pragma once
#include <string>

#include "engine/worker/examples.h"
#include "engine/worker/model.h"
#include "engine/worker/optimizer.h"
#include "engine/worker/recording.h"

namespace madsearch {

/// One training step of R replicas: forward, mean loss, backward, AdamW.
///
/// With a recorder the step is recorded once (after three that warm up) and then replayed, for batches of the first
/// one's sizes; others, as the last of an epoch, are computed as without. After replicas were dropped it is recorded
/// anew. The first replay is held against the same step computed. A step that cannot be recorded, or moves the
/// parameters elsewhere when it is replayed, is computed as without a recorder from then on, and stderr says why.
class TrainingStep {
 public:
  /// `model` and `optimizer`, which is the model's, must outlive this.
  TrainingStep(Model& model, AdamW& optimizer, Recorder recorder = {});
  /// Updates the parameters, all rates times `factor`. Returns the losses [R] before the update, on the device; to be
  /// read before the next call.
  at::Tensor operator()(const Batch& batch, double factor);
  bool recorded() const { return recording_ != nullptr; }
  const std::string& problem() const { return problem_; }  // why it is not replayed; empty if it is, or was not to be

 private:
  at::Tensor compute(const Batch& batch);
  bool replayable(const Batch& batch);
  at::Tensor replay(const Batch& batch);
  at::Tensor record(const Batch& batch);  // and does the step
  void forget();

  Model& model_;
  AdamW& optimizer_;
  Recorder recorder_;
  std::string problem_;
  std::int64_t replicas_ = 0, warm_ = 0;  // of the first batch: replicas it met, steps computed for its sizes
  Batch fixed_;                           // where the recorded step finds its batch
  at::Tensor losses_;                     // and leaves its losses
  std::unique_ptr<Recording> recording_;
};

}  // namespace madsearch
