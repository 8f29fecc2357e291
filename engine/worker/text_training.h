#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "engine/worker/held_out.h"
#include "engine/worker/pretraining_plan.h"
#include "engine/worker/replicas.h"
#include "engine/worker/room.h"
#include "engine/worker/runtime.h"

namespace madsearch {

/// A planned design in training on its text: a replica for each learning rate, all from the same initial weights.
/// AdamW (0.9, 0.95, decay 0.1 on matrices), gradients clipped at norm 1 a replica.
class TextTraining {
 public:
  /// `plan`, `request` and `runtime` must outlive this. Is computed as it has room in the device's memory (room.h);
  /// throws NoRoom.
  TextTraining(const PretrainingPlan& plan, const PretrainRequest& request, const Runtime& runtime,
               const std::vector<double>& rates);

  AdamW& optimizer() { return replicas_->optimizer(); }
  const Model& model() { return *replicas_->models().front(); }
  double memory_bytes() const { return memory_.stays + memory_.passing; }  // predicted
  const ReplicaPlan& form() const { return form_; }

  /// Trains on, from the optimizer's step to the end of `steps`. Tells `progress` every 5 % of the steps, and `save`,
  /// but not after the last one. Either may be empty. Returns false if all replicas diverged.
  bool train(std::int64_t steps, const OnProgress& progress, const std::function<void()>& save);

  /// What each replica scores on a half of the held-out documents.
  std::vector<BitsPerByte> held_out(int half, bool with_recall);

 private:
  TrainingMemory predicted(const ReplicaPlan& plan);

  const PretrainingPlan& plan_;
  const PretrainRequest& request_;
  const Runtime& runtime_;
  std::unique_ptr<Replicas> replicas_;
  TrainingMemory memory_;
  ReplicaPlan form_;
  std::int64_t windows_ = 0;  // of the text that the device sees at once
};

}  // namespace madsearch
