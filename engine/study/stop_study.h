#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/study/study.h"
#include "engine/training/early_stop.h"

namespace madsearch {

/// A recorded training as a rule would have run it.
struct Replay {
  double accuracy = 0;    // validation-A of the grid point that would have been chosen
  double to_the_end = 0;  // of the recorded run
  // Steps, summed over replicas.
  std::int64_t steps = 0;           // under the rule
  std::int64_t recorded_steps = 0;  // as recorded: a perfect look ends a training
  std::int64_t budget = 0;          // if all replicas trained to the end
  std::int64_t oracle_steps = 0;    // if the winner were known: it trains to within 0.01 of its best, the others to
                                    // their first look
  bool killed = false;              // the replica that won in the end was stopped before it was within 0.01 of its best
};

/// A training that ran to its end: the curves of its grid, and of the rate beyond its edge if that was tried, last.
struct Recorded {
  std::vector<Curve> curves;
  std::size_t grid = 0;    // how many of the curves are the grid's
  std::int64_t steps = 0;  // of a replica
  double chance = 0;
};

/// Replays a training, whose grid is not empty, under `rule`. The rate beyond the edge is part of it if the rule's best
/// lies at the same edge as the recorded best.
Replay replay(const Recorded& training, const StopRule& rule);

/// The trainings that the log holds of designs under a battery that records curves: [design and seed
/// set][task][setting]. Only designs and seed sets whose trainings are all there and ok. The curves are thinned to as
/// many looks as a search takes, one in each tenth of a training.
using RecordedDesigns = std::vector<std::vector<std::vector<Recorded>>>;
RecordedDesigns recorded(const Battery& battery, const std::vector<const StudyDesign*>& designs, std::int64_t seeds,
                         const StudyLog& log);

/// What a rule would have done to a battery's scores of some designs.
struct StopResult {
  std::size_t designs = 0;
  std::size_t trainings = 0;
  double fewer = 0;                // budget of steps / steps under the rule
  double fewer_than_recorded = 0;  // recorded steps / steps under the rule
  double fewer_at_best = 0;        // budget / oracle steps: no rule that spares the winners saves more
  double killed = 0;               // share of trainings whose later winner was stopped
  std::optional<double> rank;      // Spearman of scores under the rule and to the end
  double largest_loss = 0;         // of a design's score
};
StopResult stop_result(const Battery& battery, const RecordedDesigns& designs, const StopRule& rule);

/// From a fixed grid of rules, the one with the fewest steps among those whose rank correlation is at least `rank` and
/// that kill at most the share `killed` of the winners. The default rule if there is none.
StopRule choose_stop_rule(const Battery& battery, const RecordedDesigns& designs, double rank, double killed);

}  // namespace madsearch
