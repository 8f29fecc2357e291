#pragma once
#include <string>

#include "record.h"

namespace madsearch {

/// The cell of a training's "outcome" and "edge": "ok (edge)" if its best learning rate lies at the end of those tried.
std::string outcome_and_edge(const Record& training);

}  // namespace madsearch
