#pragma once
#include <string>
#include <vector>

#include "engine/dispatch/messages.h"

namespace madsearch {

// What no request can have come to: a sentence for each field of a record that can't be, "its steps is 99, not from 0
// to 40". Answers of workers are let in by it, and stored records checked by it.

std::vector<std::string> problems_of(const TrainingRecord& record, const TrainRequest& request);
/// Of a training on text, which is the record of a pretraining (engine/run/text_objective.h).
std::vector<std::string> problems_of_text(const TrainingRecord& record, const PretrainRequest& request);

/// Whether sizes are those that this version computes (kScoring).
enum class Sizes { kChecked, kOfAnotherVersion };

/// Sizes are computed again from the request. A record that says nothing of them (width 0) is of a pretraining that
/// failed before it was planned.
std::vector<std::string> problems_of(const PretrainingRecord& record, const PretrainRequest& request,
                                     Sizes sizes = Sizes::kChecked);

}  // namespace madsearch
