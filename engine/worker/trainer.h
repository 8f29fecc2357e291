#pragma once
#include "engine/dispatch/messages.h"
#include "engine/worker/runtime.h"

namespace madsearch {

/// Share of the learning rate at optimizer step `step` (0, 1, ...) of `steps`. madsearch: warm-up over 10 % (200 steps
/// at most), constant, linear decay over the last 20 %. mad-lab: 1.
double schedule(std::int64_t step, std::int64_t steps, Protocol protocol);

/// Trains one replica a grid point on the request's setting and scores the chosen one.
///
/// madsearch: looks at validation-A every `evaluate_every` steps (0: ten times); grid point and step are those of the
/// highest accuracy there (ties: lower loss, then earlier); validation-B and test are scored with those weights.
/// mad-lab: there is only a test set, looked at after every epoch (or every `evaluate_every` steps); the step of lowest
/// test perplexity a grid point, then the grid point of highest macro accuracy; validation_a and validation_b repeat
/// test_macro. A perfect validation ends the training; replicas that yield NaN, have stopped improving or are far
/// behind are dropped (engine/training/early_stop.h; mad-lab: perfect and NaN only). What happens depends on request,
/// device type and thread count, never on load. With `distil` the chosen replica is then scored again in its distilled
/// form. A grid of two learning rates or more whose best lies at its end is extended once by the next rate beyond, as
/// far as its neighbour is (not under mad-lab, and not once the score is perfect). `runtime.device` is used alone until
/// return. Never throws for what a candidate does: outcome and message say it.
TrainReply train(const TrainRequest& request, const Runtime& runtime, const OnProgress& progress);

}  // namespace madsearch
