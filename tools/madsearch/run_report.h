#pragma once
#include <string>

#include "record.h"

namespace madsearch {

/// What the page is given of the run in `folder`, to stand in one file: search_view with times of trainings, and
/// "shown", what `show` prints of each candidate by its id; of large runs only of those that a reader asks about first:
/// the front, hand designs, what has fresh seeds or was pretrained. Throws as store_in.
Record page_data(const std::string& folder);

}  // namespace madsearch
