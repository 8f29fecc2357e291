#pragma once
#include "engine/dispatch/messages.h"
#include "results/records.h"

namespace madsearch {

/// What a training might have measured. Accuracies are a smooth function of design, setting and seed, between chance
/// and 1, in which blocks help each other, attention is good at recall and recurrences at compression.
/// Throws std::invalid_argument for an unknown task or a text that is no design.
TrainingRecord made_up(const TrainRequest& request);
/// The same of a pretraining: bits per byte that fall with the FLOPs.
PretrainingRecord made_up(const PretrainRequest& request);
/// A curve of `looks` for each point of the grid, that rises to the accuracy of the made-up record.
std::vector<Curve> made_up_curves(const TrainRequest& request, int looks);

}  // namespace madsearch
