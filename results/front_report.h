#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "results/comparison.h"
#include "results/interval.h"
#include "results/objectives.h"
#include "results/store.h"

namespace madsearch {

/// One design of a run as it is shown.
struct FrontRow {
  CandidateRecord candidate;
  Interval score;          // of fresh seeds if confirmed, else of the search (no interval)
  bool confirmed = false;  // scored on at least two fresh seeds
  bool waiting = false;    // not confirmed: fresh seeds were asked for and are not in
  double searched = 0;     // the search's score, mean over its seed sets
  bool seed = false;       // a hand design
  Rung rung = Rung::kBattery;
  std::int64_t seeds = 1;
  std::optional<double> bits_per_byte;
  Objectives objectives;
  FreshResults fresh;  // objectives on each fresh seed set
  /// Of a confirmed member of the front: hash of a confirmed design, nowhere larger, whose score on their common seed
  /// sets may be as good or better (results/comparison.h). None: more seeds are unlikely to take the member off the
  /// front.
  std::optional<std::string> rival;
};

/// A run's front, from its store alone. Once all members that were given fresh seeds have two, the front is that of
/// confirmed designs: a member chosen because it scored well is shown with what it scored on seeds that played no part
/// in choosing it.
struct FrontReport {
  std::string name, protocol, battery, box;
  std::vector<std::string> objectives;
  std::int64_t evaluated = 0;  // distinct candidates with a finished evaluation
  std::int64_t completed = 0;  // of these, how many completed all tasks
  double hypervolume = 0;      // of the front shown, as a share of `box`
  bool confirmed = false;      // the front is of confirmed designs
  std::int64_t waiting =
      0;                  // members by the search's scores whose second fresh seed is not in: not confirmed until it is
  bool finished = false;  // the run has ended
  bool reproducible = true;            // false if a time limit ended the search
  std::vector<FrontRow> front;         // by state, then score
  std::vector<FrontRow> hand_designs;  // all of them, on the front or not
  /// Members that are no hand design and whose score_low lies above the score_high of every hand design of equal or
  /// smaller state, of which there is one at least.
  std::vector<std::string> better;  // hashes
  std::vector<PretrainingRecord> pretrainings;
};

FrontReport read_front(const Store& store);

/// `completed` designs of a run: every candidate that finished rung battery or confirm with outcome ok, feasible ones
/// only if asked.
std::vector<FrontRow> completed_designs(const Store& store, bool feasible_only);

}  // namespace madsearch
