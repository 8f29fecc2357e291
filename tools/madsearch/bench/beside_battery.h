#pragma once
#include <string>
#include <vector>

#include "engine/study/agreement.h"
#include "pretraining_results.h"

namespace madsearch {

/// Scores of seed set 0 of the designs that the bench compares, as the log has them; nothing is trained.
BatteryScores battery_scores(const PretrainingFlags& flags, const PretrainingBench& bench);

/// The battery's score, and the sum of that and of bits per byte, each in standard deviations over the designs.
std::vector<Predictor> battery_predictors(const PretrainingBench& bench, const PublishedSet& set);

/// How far something that is known of a design agrees with what its pretraining came to.
struct Agrees {
  std::string predictor;  // "quick", "quick: compression", "state"
  std::string measure;    // "bits per byte", fewer are better
  Agreement agreement;
};
/// The battery's score beside bits per byte of some designs: each family of sequence mixers ("hybrid" if they are of
/// several) with five designs or more, and all designs without that family.
struct OfFamily {
  std::string designs;  // "attention", "all but attention"
  Agreement agreement;
};
std::vector<OfFamily> agreements_by_family(const PretrainingBench& bench);

/// Of the designs that are pretrained and scored: score, tasks that count, state, parameters and kinds of mixers beside
/// each measure.
std::vector<Agrees> agreements(const PretrainingBench& bench);

}  // namespace madsearch
