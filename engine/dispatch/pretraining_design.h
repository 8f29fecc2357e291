#pragma once
#include <string>

#include "engine/dispatch/messages.h"
#include "search/architecture/scale.h"

namespace madsearch {

/// The design of a request as it is trained: blocks made alike as its setup says, then repeated and sized. Throws
/// ConfigError for a design that does not parse and std::invalid_argument for what is no setup or cannot be sized.
Scaled pretraining_design(const PretrainRequest& request);

/// How a request asks to train, without design and data: "flops 1e+12; parameters 50000; ...". Requests of equal text
/// compare.
std::string setup_text(const PretrainRequest& request);

}  // namespace madsearch
