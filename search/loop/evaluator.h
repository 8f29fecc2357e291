#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "results/front.h"
#include "results/records.h"

namespace madsearch {

/// What to score: a candidate, and how thoroughly.
struct Evaluation {
  std::int64_t number = 0;
  std::string text;  // canonical text of the candidate
  Rung rung = Rung::kProbe;
  std::int64_t seed_set = 0;         // of data, initial weights and order; 1, 2, ... where it is measured again
  std::string origin;                // "seed:NAME", "random", the operators ("crossover+reset"), kRandomControl
  std::vector<std::string> parents;  // texts
  std::int64_t retry = 0;            // 1, 2, ... where it is asked for again, as it failed for no fault of its own
  friend bool operator==(const Evaluation&, const Evaluation&) = default;
};

/// The result of an evaluation.
struct Measurement {
  std::int64_t number = 0;  // of the evaluation
  Outcome outcome = Outcome::kOk;
  double violation = 0;   // 0 if feasible; an outcome other than kOk is infeasible anyway
  Objectives objectives;  // all minimised; empty if outcome is not kOk
  double score = 0;       // 0..1, for display
};

/// Scores candidates. Search never learns how.
class Evaluator {
 public:
  virtual ~Evaluator() = default;
  /// Begins an evaluation and returns at once.
  virtual void start(const Evaluation& evaluation) = 0;
  /// Blocks until one of the evaluations that were started is finished, in any order. Throws to end the search early
  /// (time is up, the user interrupts); a candidate that can't be trained is an outcome, not an exception.
  virtual Measurement wait() = 0;
};

}  // namespace madsearch
