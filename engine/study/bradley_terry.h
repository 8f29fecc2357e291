#pragma once
#include <vector>

namespace madsearch {

/// Strengths of features from contrasts (Bradley, Terry 1952): the better design of a contrast wins with probability
/// σ(θ · d), where d is what its features are more than the other's. The θ of the largest likelihood with the penalty
/// `ridge` |θ|² / 2, `ridge` > 0. `differences`: d of each contrast, all of length `features`.
std::vector<double> bradley_terry(const std::vector<std::vector<double>>& differences, std::size_t features,
                                  double ridge);

}  // namespace madsearch
