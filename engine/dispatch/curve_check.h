#pragma once
#include <string>
#include <vector>

#include "engine/dispatch/messages.h"

namespace madsearch {

/// What is wrong with the curves of a training, a sentence each: looks that go back or beyond the request's steps, what
/// is no accuracy and no loss, curves that are missing of a training that is ok, and what of the record follows from
/// them and is something else.
std::vector<std::string> problems_of_curves(const std::vector<Curve>& curves, const TrainingRecord& training,
                                            const TrainRequest& request);

}  // namespace madsearch
