#pragma once
#include <string>

#include "record.h"

namespace madsearch {

/// What the page is given of the run in `folder`, to stand in one file: search_view with times of trainings, and
/// "shown" and "why", what `show` and `why` print of each candidate, by its id; of large runs only of those that one
/// asks about first: the front, hand designs, what has fresh seeds or was pretrained. "compared" is a list of what
/// `compare` prints of each two of the first of these. Throws as store_in.
Record page_data(const std::string& folder);

}  // namespace madsearch
