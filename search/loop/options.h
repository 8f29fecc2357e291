#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "search/loop/evaluator.h"

namespace madsearch {

inline constexpr std::int64_t kMostEvaluations = 10'000'000;  // of one search

/// How the search decides (search/loop/evolution.h).
struct SearchOptions {
  std::string algorithm = "nsga2";  // a selection: "nsga2", "regularized" or "random"
  std::int64_t evaluations = 300;   // numbers that the search hands out, promotions included; the race has its own
  std::int64_t population = 0;      // members that may breed; 0: evaluations / 15, from 8 to 40
  double crossover = 0.5;           // probability that a child has two parents
  double mutations = 0.5;           // mean of a Poisson number of mutations of a child; one more while it is known
  std::int64_t lag = 8;             // what evaluation m is depends on results numbered <= m - lag alone
  bool probe = true;                // candidates begin at rung probe, and the best 1/eta of a bin climb to battery
  double eta = 3;
  std::int64_t resample_after = 0;  // a member with this many children gets one more seed, four in all; 0: never
  /// "random": beside the search, candidates are drawn at random that take no part in it. They climb by a promotion of
  /// their own and are never parents, in the archive or in the race. "none": there are none.
  std::string control = "none";
  double control_share = 0.1;      // of the numbers behind the seed designs, if there is a control
  std::vector<double> grid;        // steps of the epsilon grid for breeding and display, one an objective; empty: none
  std::int64_t confirm_seeds = 0;  // the race has this x (seed designs + confirm_members) evaluations; 0: no race
  std::int64_t confirm_members = 0;  // members of the front that race from the start; seed designs always do
  /// Whether members of the front that have a counterfactual (Space::counterfactual) are measured beside it, by a part
  /// of the race's evaluations.
  bool counterfactuals = true;
  /// Evaluations that are handed out again once the search is over: text, rung, seed set, origin and retry are given.
  /// What the search decided stays as it was; a result of rung battery joins the archive for the Race.
  std::vector<Evaluation> retries;
  std::int64_t resolved_population() const;
};

}  // namespace madsearch
