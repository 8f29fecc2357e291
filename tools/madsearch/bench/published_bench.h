#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine/study/null_predictors.h"
#include "study.h"

namespace madsearch {

/// How a battery is held against pretraining results of the literature.
struct PublishedFlags {
  StudyFlags study;    // the half is one of papers
  std::string folder;  // of the published results
  std::int64_t first = 0;
  bool designs = false;  // list the designs
};

/// The predictor that takes a battery's mean over its seed sets, where it has several.
inline const std::string kMeanOfScores = "mean of its scores";

/// Contrasts with what each predictor gets right of their cases; all sets have the same predictors.
struct PublishedSet {
  std::string trust;
  std::vector<Contrast> contrasts;
  std::vector<Case> cases;
  std::vector<Predictor> predictors;
};

/// Everything that is compared.
struct PublishedBench {
  Published published;
  TraitsOf traits;                           // of designs that the battery takes
  std::map<std::string, StudyScore> scores;  // by hash, complete ones
  std::size_t contradicting = 0;
  std::size_t not_taken = 0;   // contrasts with a design that the battery does not take
  std::size_t not_scored = 0;  // where others are
  PublishedSet headline, beside, agreed;
};

/// Fills in the contrasts of a half: "choosing", "judged" or "all".
void choose_contrasts(const std::string& half, PublishedBench& bench);

/// Drops contrasts of which a design is not a key of `designs`; returns how many.
template <class Designs>
std::size_t keep_those_of(const Designs& designs, std::vector<Contrast>& contrasts) {
  return std::erase_if(contrasts,
                       [&](const Contrast& one) { return !designs.count(one.better) || !designs.count(one.worse); });
}

/// The same of all sets; returns how many of the headline.
template <class Designs>
std::size_t keep_those_of(const Designs& designs, PublishedBench& bench) {
  keep_those_of(designs, bench.beside.contrasts);
  keep_those_of(designs, bench.agreed.contrasts);
  return keep_those_of(designs, bench.headline.contrasts);
}

/// The designs of all contrasts.
std::vector<StudyDesign> compared_designs(const PublishedBench& bench);

}  // namespace madsearch
