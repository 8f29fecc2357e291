#pragma once
#include <string>
#include <vector>

#include "record.h"

namespace madsearch {

/// What the page is given of runs, to stand in one file: what tools/page/src/data.ts calls Given.
///
///   runs     of each search_view with times of trainings, and "shown" and "why", what `show` and `why` print of each
///            candidate, by its id; of large runs only of those that one asks about first: the front, hand designs,
///            what has fresh seeds or was pretrained. "compared" is a list of what `compare` prints of each two of the
///            first of these, "questions" what is answered about candidates (answers.h), by id
///   across   what `compare` prints of the very first of each two runs, or once for these why they don't compare
///   effects  what `effects` prints of each run and of all, or why there are none
///
/// Throws as store_in and answers_about.
Record page_data(const std::vector<std::string>& folders, const std::string& questions);

}  // namespace madsearch
