#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "configs/seed.h"
#include "search/loop/evaluator.h"
#include "search/loop/member.h"
#include "search/loop/options.h"
#include "search/loop/seed_design.h"
#include "search/loop/space.h"

namespace madsearch {

/// The search: steady-state evolution (NSGA-II, Deb et al. 2002; or regularized evolution, Real et al. 2019,
/// arXiv:1802.01548) over candidates that climb from a cheap rung to a dear one (asynchronous successive halving, Li et
/// al. 2020, arXiv:1810.05934), then a Race that confirms its front on fresh seeds.
///
///   evaluation m is    the m-th seed design, at rung battery, while there are any
///                      else the control's, if it is its turn and there is one: a probe of it that climbs, or a random
///                      candidate, which the search never hears of
///                      else a probe that is among the best of its bin and climbs to battery
///                      else a member with many children, measured on one more seed
///                      else a new candidate: a neighbour of a seed design, a random one, or a child
///   its result         of a probe: joins its bin of state
///                      of battery: joins archive and population, and one of the population leaves
///                      of one more seed: joins the member's mean
///
/// It has neither clock nor threads: what evaluation m is depends on (seed, m, results numbered <= m - lag) alone. So
/// any number of workers, and a resumed run that replays stored results, see the same search.
///
/// `options.evaluations` numbers are handed out so, or fewer where no new candidate can be found: then results are
/// waited for one by one, in the order of their numbers, as long as one of them lets a probe climb or a child be born.
/// After them come `options.retries`, but those of fresh seeds, then the evaluations of the Race: it waits for every
/// result before it and decides in rounds, each from every result of the rounds before. Retries of fresh seeds are
/// last.
class Evolution {
 public:
  /// Of seed designs with the same text the first is taken. `space` must live as long. Throws std::invalid_argument
  /// unless evaluations, lag and eta are at least 1 and options.algorithm is a selection's name.
  Evolution(const Space& space, SearchOptions options, Seed seed, std::vector<SeedDesign> seeds);
  ~Evolution();
  /// The next evaluation, or nothing while its decision waits for results (or if done()).
  std::optional<Evaluation> next();
  /// Takes the result of an evaluation that next() gave, in any order, each once. Throws std::invalid_argument for any
  /// other number, and for a result with outcome kOk whose objectives are missing, not finite or of another number than
  /// those before.
  void tell(const Measurement& measurement);
  /// Ends the search: no further number is handed out but those of the race.
  void close();
  bool done() const;       // everything handed out (results may be outstanding)
  bool finished() const;   // everything handed out and told
  bool exhausted() const;  // a new candidate was wanted and none was found
  std::int64_t handed_out() const;
  const std::vector<Member>& archive() const;  // every candidate of the search that completed battery, in order of
                                               // visibility
  std::vector<std::size_t> front() const;      // feasible non-dominated members of archive(), indices
  /// Hash of every decision so far, 8 hex digits.
  std::string signature() const;
  /// name -> {children made, children that entered the population}
  const std::map<std::string, std::pair<std::int64_t, std::int64_t>>& operators() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Runs `evolution` on `evaluator` until it is finished, with at most `slots` evaluations under way. What wait() throws
/// ends it early. Throws std::invalid_argument unless slots >= 1.
void run_evolution(Evolution& evolution, Evaluator& evaluator, std::int64_t slots);

}  // namespace madsearch
