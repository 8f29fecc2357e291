#pragma once
#include "engine/dispatch/messages.h"
#include "engine/worker/runtime.h"

namespace madsearch {

/// Share of the learning rate at optimizer step `step` (0, 1, ...) of `steps`. madsearch: warm-up over 10 % (200 steps
/// at most), constant, linear decay over the last 20 %. mad-lab: 1.
double schedule(std::int64_t step, std::int64_t steps, Protocol protocol);

/// Trains one replica a grid point on the request's setting and scores the chosen one.
///
/// madsearch
///   A look at validation-A is taken every `evaluate_every` steps (0: ten times). The grid point and the step are
///   chosen by the highest accuracy there; ties go to the lower loss, then to the earlier one. Validation-B and test
///   are scored with those weights. If the grid has two learning rates or more and the best one lies at its end, the
///   next rate beyond is tried too, as far away as its neighbour, unless the score is perfect already.
/// mad-lab
///   There is only a test set. It is looked at after every epoch, or every `evaluate_every` steps. For each grid point
///   the step of the lowest test perplexity is kept; then the grid point of the highest macro accuracy is chosen.
///   validation_a and validation_b repeat test_macro.
///
/// A perfect look ends the training. Replicas that yield NaN are dropped; under madsearch also those that stopped
/// improving or are far behind (engine/training/early_stop.h), if the request asks for it. With `distil` the chosen
/// replica is scored once more in its distilled form. What happens depends on the request, the device type and the
/// number of threads, never on load. `runtime.device` is used alone until return.
///
/// What the training will take of the device's memory is predicted from a step on a few sequences. Where that is more
/// than runtime.memory_bytes(), a GPU computes fewer replicas at once, one at a time at least, with equal numbers; and
/// where it is too much for certain the outcome is out_of_memory without a try. So it is as well if memory runs out.
///
/// Never throws for what a candidate does: outcome and message of the record say it. What `progress` throws passes
/// through.
TrainReply train(const TrainRequest& request, const Runtime& runtime, const OnProgress& progress);

}  // namespace madsearch
