#pragma once
#include <string>
#include <vector>

#include "engine/dispatch/messages.h"

namespace madsearch {

/// What a run is going to pretrain, a line a design, for people, without a newline at the end; "" for none.
std::string plans_text(const std::vector<PretrainReply>& plans);

}  // namespace madsearch
