#pragma once
#include <map>
#include <string>
#include <vector>

#include "engine/study/contrasts.h"

namespace madsearch {

/// How strong the designs of some contrasts are by these alone, by hash: bradley_terry with a feature a design, so what
/// is better than a strong one is stronger. Every contrast counts once. A design with few contrasts stays near 0, the
/// middle; designs that no chain of contrasts joins are compared by that alone.
std::map<std::string, double> strengths(const std::vector<Contrast>& contrasts);

}  // namespace madsearch
