#pragma once
#include <string>

#include "engine/run/directory.h"
#include "results/store.h"

namespace madsearch {

/// A run in a page of Markdown: what it is, its front, hand designs, pretrainings, outcomes.
std::string markdown_of(const StandingRun& run);

/// Every evaluation, training and pretraining, a row each: a column "kind" says which, columns of others stay empty.
std::string csv_of(const Store& store);

}  // namespace madsearch
