#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "configs/seed.h"
#include "search/loop/evaluator.h"
#include "search/loop/options.h"
#include "search/loop/space.h"

namespace madsearch {

/// A hand design that starts the search.
struct SeedDesign {
  std::string name, text;  // text canonical and valid
};

/// A candidate that completed rung battery.
struct Member {
  std::string text, origin;
  Objectives objectives;  // mean over its seeds
  double violation = 0, score = 0;
  std::int64_t number = 0;  // of its first battery evaluation
  std::int64_t seeds = 1, children = 0;
};

/// The search as a state machine without clock or threads: what evaluation m is depends on (seed, m, results numbered
/// <= m - lag) alone, so any number of workers, and a resumed run that replays stored results, see the same search.
///
/// Order: seed designs at rung battery, then births (rung probe if options.probe, else battery) and promotions to
/// battery until `options.evaluations` numbers are handed out, then the confirm evaluations of a Race on fresh seed
/// sets, which waits for every result of the search and decides in rounds, each from every result of the rounds before.
class Evolution {
 public:
  Evolution(const Space& space, SearchOptions options, Seed seed, std::vector<SeedDesign> seeds);
  ~Evolution();
  /// The next evaluation, or nothing while its decision waits for results (or if done()).
  std::optional<Evaluation> next();
  /// Takes the result of an evaluation that next() gave, in any order, each once. Throws std::invalid_argument
  /// otherwise.
  void tell(const Measurement& measurement);
  /// Ends the search proper: no further number is handed out but those of the confirm phase.
  void close();
  bool done() const;      // everything handed out (results may be outstanding)
  bool finished() const;  // everything handed out and told
  std::int64_t handed_out() const;
  const std::vector<Member>& archive() const;  // every candidate that completed battery, in order of visibility
  std::vector<std::size_t> front() const;      // feasible non-dominated members of archive(), indices
  /// Hash of every decision so far, 8 hex digits.
  std::string signature() const;
  /// name -> {children made, children that entered the population}
  const std::map<std::string, std::pair<std::int64_t, std::int64_t>>& operators() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Runs `evolution` on `evaluator` with at most `slots` evaluations under way, until finished or evaluator.stop().
void run(Evolution& evolution, Evaluator& evaluator, std::int64_t slots);

}  // namespace madsearch
