#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "engine/worker/held_out.h"
#include "engine/worker/model.h"
#include "engine/worker/optimizer.h"
#include "engine/worker/pretraining_plan.h"
#include "engine/worker/runtime.h"

namespace madsearch {

/// A planned design in training on its text: a replica for each learning rate, all from the same initial weights.
/// AdamW (0.9, 0.95, decay 0.1 on matrices), gradients clipped at norm 1 a replica.
class TextTraining {
 public:
  /// `plan`, `request` and `runtime` must outlive this.
  TextTraining(const PretrainingPlan& plan, const PretrainRequest& request, const Runtime& runtime,
               const std::vector<double>& rates);

  AdamW& optimizer() { return *optimizer_; }
  const Model& model() const { return *model_; }

  /// Trains on, from the optimizer's step to the end of `steps`. Tells `progress` every 5 % of the steps, and `save`,
  /// but not after the last one. Either may be empty. Returns false if all replicas diverged.
  bool train(std::int64_t steps, const OnProgress& progress, const std::function<void()>& save);

  /// What each replica scores on a half of the held-out documents.
  std::vector<BitsPerByte> held_out(int half, bool with_recall);

 private:
  const PretrainingPlan& plan_;
  const PretrainRequest& request_;
  const Runtime& runtime_;
  std::unique_ptr<Model> model_;
  std::unique_ptr<AdamW> optimizer_;
};

}  // namespace madsearch
