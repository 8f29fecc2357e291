#pragma once
#include <optional>
#include <vector>

#include "mad_tasks/battery.h"

namespace madsearch {

/// The grid point that is tried once more if `best` is the best of `grid`: where its learning rate is the least or the
/// largest of two or more, the next rate beyond, as far as the neighbour is, with the same weight decay. A best rate at
/// the end says nothing of those beyond.
std::optional<GridPoint> beyond_the_edge(const std::vector<GridPoint>& grid, const GridPoint& best);

}  // namespace madsearch
