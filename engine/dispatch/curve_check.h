#pragma once
#include <string>
#include <vector>

#include "engine/dispatch/messages.h"

namespace madsearch {

/// What is wrong with the curves that were recorded of a training, a sentence each: looks that go back or beyond
/// `steps`, what is no accuracy and no loss, and what of the record follows from them and is something else.
std::vector<std::string> problems_of_curves(const std::vector<Curve>& curves, const TrainingRecord& training,
                                            const Battery& battery, std::int64_t steps);

}  // namespace madsearch
