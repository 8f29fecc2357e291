#pragma once
#include "engine/dispatch/messages.h"
#include "search/architecture/genome.h"

namespace madsearch {

/// Forward FLOPs of a whole training, over all points of its grid; from them follow its place in the queue and its time
/// limit. `sized`: the request's design.
double training_flops(const TrainRequest& request, const Genome& sized);

}  // namespace madsearch
