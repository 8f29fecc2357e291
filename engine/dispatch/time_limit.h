#pragma once
#include "engine/dispatch/hang_guard.h"
#include "engine/dispatch/messages.h"

namespace madsearch {

/// Seconds after which a request counts as hung, whatever else its worker says; 0 for a training whose FLOPs nobody
/// knows. `cost`: its forward FLOPs; a pretraining tells its own. A training's own seconds_limit goes first.
double time_limit(const Request& request, double cost, const HangGuard& guard);

}  // namespace madsearch
