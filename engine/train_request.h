#pragma once
#include <string>

#include "configs/seed.h"
#include "engine/protocol.h"

namespace madsearch {

/// What training `setting` of `battery` asks of a design (sized text: no `auto`) on `seed`. The id is left to the caller.
TrainRequest train_request(const Battery& battery, const BatterySetting& setting, const std::string& design, Seed seed);

}  // namespace madsearch
