#pragma once
#include <string>
#include <vector>

#include "pretraining_results.h"

namespace madsearch {

/// What `name` says of seed set 0 of the designs that the bench compares, as the logs have it: a battery or, as
/// SETUP@SHARE, pretrainings with a share of a setup's budget. Nothing is trained. Throws ConfigError for what is
/// neither.
Companion read_beside(const std::string& name, const PretrainingFlags& flags, const PretrainingBench& bench);

/// The hashes of the designs that the bench compares and that are pretrained.
std::vector<std::string> pretrained_designs(const PretrainingBench& bench);

/// How good pretrainings found designs: minus a measure, its mean over seed sets.
Known qualities(const TextMeasure& measure, const PretrainingBench& bench);

/// Both, each in standard deviations over `designs`.
Known sum(const Known& a, const Known& b, const std::vector<std::string>& designs);

/// Smaller pretrainings with the score of the first battery beside them: bits per byte, then the slice.
std::vector<Known> sums(const PretrainingBench& bench);

/// What stands beside, and its sums: a score with bits per byte, and with smaller pretrainings.
std::vector<Predictor> beside_predictors(const PretrainingBench& bench, const PublishedSet& set);

}  // namespace madsearch
