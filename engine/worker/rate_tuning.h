#pragma once
#include <optional>

#include "engine/worker/pretraining_plan.h"
#include "engine/worker/runtime.h"

namespace madsearch {

/// The learning rate of the request that trains best for `plan.tuning_steps` steps, by bits per byte on half 0 of the
/// held-out documents. The rates are replicas of one training. If the best lies at the edge, the next one beyond is
/// tried too, twice at most. A single rate is taken without a trial. Adds the training FLOPs of the trials to `flops`.
/// Nothing if the loss was not a finite number at any rate.
std::optional<double> tuned_rate(const PretrainingPlan& plan, const PretrainRequest& request, const Runtime& runtime,
                                 const OnProgress& progress, double& flops);

}  // namespace madsearch
