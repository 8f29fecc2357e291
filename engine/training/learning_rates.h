#pragma once
#include <optional>
#include <vector>

#include "mad_tasks/battery.h"

namespace madsearch {

/// The grid point that is tried once more if `best` is the best of `grid`: where its learning rate is the least or the
/// largest of two or more, the next rate beyond, as far as the neighbour is, with the same weight decay. A best rate at
/// the end says nothing of those beyond.
std::optional<GridPoint> beyond_the_edge(const std::vector<GridPoint>& grid, const GridPoint& best);

/// How often the tuning of a pretraining goes on beyond the best rate while that is the least or the largest it tried.
inline constexpr int kRateExtensions = 2;

/// All rates that the tuning may come to: `rates`, which it begins with, and those beyond, each as far as the two least
/// are from one another. Sorted.
std::vector<double> tunable_rates(std::vector<double> rates);

}  // namespace madsearch
