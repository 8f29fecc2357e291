#pragma once
#include <map>
#include <string>
#include <vector>

#include "engine/study/paper_share.h"
#include "engine/study/traits.h"

namespace madsearch {

/// Traits by the hash of the design.
using TraitsOf = std::map<std::string, Traits>;

/// What a predictor gets right of each case, 0..1.
struct Predictor {
  std::string name;
  std::vector<double> right;
};

/// What predicts without training: more state is better; more parameters; more kinds of mixers; and a lookup table,
/// which is bradley_terry on shares of primitives and flags for windows and convolutions. The table of a case is fitted
/// to those of `known` that another paper has; "a primitive left out" without every contrast that has one of the mixers
/// in which the two designs differ, each in turn, the mean of it. Of all designs of `contrasts` and `known` there must
/// be traits.
std::vector<Predictor> null_predictors(const std::vector<Contrast>& contrasts, const std::vector<Contrast>& known,
                                       const TraitsOf& traits);

}  // namespace madsearch
