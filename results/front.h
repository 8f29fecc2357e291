#pragma once
#include <cstddef>
#include <vector>

namespace madsearch {

using Objectives = std::vector<double>;  // all minimised

/// True if `a` is nowhere worse than `b` and somewhere better.
bool dominates(const Objectives& a, const Objectives& b);

/// Indices of the points that no other dominates (of equal points the first), ascending.
std::vector<std::size_t> front(const std::vector<Objectives>& points);

/// Volume between the points and `reference` (2 or 3 objectives); points beyond the reference count nothing.
double hypervolume(std::vector<Objectives> points, const Objectives& reference);

}  // namespace madsearch
