#pragma once
#include <string>

#include "configs/seed.h"
#include "engine/dispatch/messages.h"
#include "primitives/primitive.h"

namespace madsearch {

/// Where a battery trains: its width and its longest input.
Shape shape_of(const Battery& battery);

/// What training `setting` of `battery` asks of a design (sized text: no `auto`) on `seed`. The id is left to the
/// caller.
TrainRequest train_request(const Battery& battery, const BatterySetting& setting, const std::string& design, Seed seed);

/// The accuracy that a battery scores by: on validation-B; under mad-lab the reference's own, on the only split it has.
std::optional<double> scored_accuracy(const Battery& battery, const TrainingRecord& training);

}  // namespace madsearch
