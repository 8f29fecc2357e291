#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "results/front.h"
#include "results/records.h"

namespace madsearch {

/// Evaluation number m: what to score. What m is, is a pure function of (seed, m, results numbered <= m - lag).
struct Evaluation {
  std::int64_t number = 0;
  std::string text;  // canonical text of the candidate
  Rung rung = Rung::kProbe;
  std::int64_t seed_set = 0;         // 0 while searching; 1, 2, ... for confirm
  std::string origin;                // "seed:NAME", "random", operators that made it
  std::vector<std::string> parents;  // texts
  friend bool operator==(const Evaluation&, const Evaluation&) = default;
};

struct Measurement {
  std::int64_t number = 0;
  Outcome outcome = Outcome::kOk;
  double violation = 0;   // 0 if feasible; an outcome other than kOk is infeasible anyway
  Objectives objectives;  // all minimised; empty if outcome is not kOk
  double score = 0;       // 0..1, for promotion and display
};

/// Scores candidates. Search never learns how.
class Evaluator {
 public:
  virtual ~Evaluator() = default;
  virtual void start(const Evaluation& evaluation) = 0;  // returns at once
  virtual Measurement wait() = 0;                        // blocks until some started evaluation is finished
  /// True if the run should end now (time is up, the user interrupts): start nothing more.
  virtual bool stop() const { return false; }
};

}  // namespace madsearch
