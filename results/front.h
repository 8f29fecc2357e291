#pragma once
#include <cstddef>
#include <vector>

namespace madsearch {

using Objectives = std::vector<double>;  // all minimised

/// True if `a` is nowhere worse than `b` and somewhere better.
bool dominates(const Objectives& a, const Objectives& b);

/// Indices of the points that no other dominates (of equal points the first), ascending.
std::vector<std::size_t> front(const std::vector<Objectives>& points);

/// Volume between the points and `reference`; points beyond the reference don't count. Throws std::invalid_argument
/// unless there are 2 or 3 objectives, as many for each point as for the reference.
double hypervolume(std::vector<Objectives> points, const Objectives& reference);

}  // namespace madsearch
