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
  std::int64_t steps = 0, recorded_steps = 0,
               budget = 0;  // over replicas: under the rule, as recorded (perfect ones end), all of them
  std::int64_t oracle_steps =
      0;                // of a rule that knew the winner: the others to their first look, it to within 0.01 of its best
  bool killed = false;  // the replica that won to the end was stopped before it was within 0.01 of its best
};

/// A training that ran to its end: the curves of its grid, and of the rate beyond its edge if that was tried, last.
struct Recorded {
  std::vector<Curve> curves;
  std::size_t grid = 0;    // how many of the curves are the grid's
  std::int64_t steps = 0;  // of a replica
  double chance = 0;
};

/// Replays a training under `rule`. The rate beyond the edge is part of it where the rule's best lies at the same edge
/// as the recorded one's.
Replay replay(const Recorded& training, const StopRule& rule);

/// What the log holds of designs under a battery that records curves, with as many looks as a search takes (one in each
/// tenth of a training); of designs and seed sets whose trainings are all there and ok. [design and seed
/// set][task][setting]
using RecordedDesigns = std::vector<std::vector<std::vector<Recorded>>>;
RecordedDesigns recorded(const Battery& battery, const std::vector<const StudyDesign*>& designs, std::int64_t seeds,
                         const StudyLog& log);

/// What a rule would have done to a battery's scores of some designs.
struct StopResult {
  std::size_t designs = 0, trainings = 0;
  double fewer = 0;                // budget of steps / steps under the rule
  double fewer_than_recorded = 0;  // recorded steps / steps under the rule
  double fewer_at_best = 0;    // budget / steps of a rule that knew the winners: no rule that spares them saves more
  double killed = 0;           // share of trainings whose later winner was stopped
  std::optional<double> rank;  // Spearman of scores under the rule and to the end
  double largest_loss = 0;     // of a design's score
};
StopResult stop_result(const Battery& battery, const RecordedDesigns& designs, const StopRule& rule);

/// Of a grid of rules the one with the fewest steps whose rank correlation is at least `rank` and that kills at most
/// `killed` of the winners.
StopRule choose_stop_rule(const Battery& battery, const RecordedDesigns& designs, double rank, double killed);

}  // namespace madsearch
