#pragma once
#include "engine/run/config.h"
#include "engine/run/config_names.h"

namespace madsearch {

/// Fills templates by the seed of a run: with designs that may begin its search, as its limits and what it is kept to
/// allow. `config` must outlive it, and hold its seed and limits.
FillTemplate fill_template(const RunConfig& config);

}  // namespace madsearch
