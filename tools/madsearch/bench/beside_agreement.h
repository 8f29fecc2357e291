#pragma once
#include <string>
#include <vector>

#include "engine/study/agreement.h"
#include "pretraining_results.h"

namespace madsearch {

/// How far something that is known of designs agrees with what their pretrainings came to.
struct Agrees {
  std::string predictor;  // "quick", "quick: compression", "tiny@0.3", "state"
  std::string measure;    // "bits per byte", fewer are better
  Agreement agreement;
  Ahead ahead;  // of the first that stands beside; undefined for that itself
};
/// Beside each measure, over the designs that are pretrained and that all of what stands beside knows: all of that, its
/// sums, and what can be said without training: state, parameters, kinds of mixers, what the lookup table expects by
/// the other designs (engine/study/expectations.h), and the strengths that the contrasts of trust A and B give designs
/// (engine/study/strengths.h), where each design is in one.
std::vector<Agrees> agreements(const PretrainingBench& bench);

/// What stands beside, beside bits per byte of some designs: each family of sequence mixers ("hybrid" if they are of
/// several) with five designs or more, and all designs without that family.
struct OfFamily {
  std::string predictor;
  std::string designs;  // "attention", "all but attention"
  Agreement agreement;
  Ahead ahead;  // as above
};
std::vector<OfFamily> agreements_by_family(const PretrainingBench& bench);

/// Of the design's sequence mixers.
std::string family_of(const Traits& design);

}  // namespace madsearch
