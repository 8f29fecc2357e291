#pragma once
#include <string>
#include <vector>

#include "engine/dispatch/messages.h"

namespace madsearch {

/// Curves as the store and the logs of studies keep them, on one line:
///
///   [{"learning_rate": 0.003, "weight_decay": 0.1, "looks": [[STEP, ACCURACY, LOSS], ...]}, ...]
///
/// Accuracies and losses have four digits after the point, as these tell replicas apart and keep files small; what is
/// not finite is null.
std::string curves_json(const std::vector<Curve>& curves);

/// The curves of such a text; null is NaN. Throws std::invalid_argument if it is none.
std::vector<Curve> curves_of(const std::string& json);

}  // namespace madsearch
