#pragma once
#include <vector>

#include "search/archive.h"

namespace madsearch {

/// What is measured again on fresh seeds once the search is over: every seed design and up to `confirm_members` others
/// of the thinned front, spread out. One seed set after the other, so that a run that ends early has as many seeds of
/// each.
std::vector<Evaluation> confirmations(const Archive& archive, const std::vector<SeedDesign>& seeds,
                                      const SearchOptions& options);

}  // namespace madsearch
