#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "results/comparison.h"
#include "results/control_report.h"
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
  Measured searched;       // what the search saw, mean over its seed sets
  bool feasible = true;    // the mean violation over the search's seed sets is 0
  bool seed = false;       // a hand design
  Rung rung = Rung::kBattery;
  std::int64_t seeds = 1;
  std::optional<double> bits_per_byte;  // of its pretraining after the search
  /// Of the small pretraining beside the battery, as `score`; nothing where there is none.
  std::optional<Interval> text_bits;
  std::optional<Interval> text_bits_recall;
  Objectives objectives;
  FreshResults fresh;  // objectives on each fresh seed set
  /// For a confirmed member of the front: the hash of a confirmed design that is nowhere larger and that may score as
  /// well or better on their common seed sets (results/comparison.h). None: more seeds are unlikely to take the member
  /// off the front.
  std::optional<std::string> rival;
};

/// Which differences in score the fresh seeds of a run resolve, by its confirmed designs.
struct Resolution {
  double difference = 0;   // two designs further apart are told apart at 95 %: the median over pairs
  double deviation = 0;    // of one design between seed sets (Comparison::deviation)
  std::int64_t pairs = 0;  // that share two seed sets or more
};

/// A run's front, from its store alone. Once all members that were given fresh seeds have two, the front is that of
/// confirmed designs: a member chosen because it scored well is shown with what it scored on seeds that played no part
/// in choosing it.
struct FrontReport {
  std::string name, protocol, battery, box;
  std::vector<std::string> objectives;
  std::int64_t length = 0;        // the battery's longest input
  std::int64_t state_length = 0;  // tokens after which the objectives count state
  std::int64_t evaluated = 0;     // distinct candidates with a finished evaluation
  std::int64_t completed = 0;     // of these, how many completed all tasks
  double hypervolume = 0;         // of the front shown, as a share of `box`
  bool confirmed = false;         // the front is of confirmed designs
  /// Members by the search's scores whose second fresh seed is not in. While there is one, nothing is confirmed.
  std::int64_t waiting = 0;
  bool finished = false;               // the run has ended
  bool reproducible = true;            // false if a time limit ended the search
  std::vector<std::string> devices;    // kinds that trained (Store::kinds_of_device)
  bool exhausted = false;              // the search found no further candidate
  std::string trouble;                 // why the last session could not go on (RunMeta)
  std::int64_t scoring = 0;            // version of the scores (results/scoring.h)
  std::vector<FrontRow> front;         // by the first objective that is a size, then by score
  std::vector<FrontRow> hand_designs;  // all of them, on the front or not
  /// Hashes of the members, not hand designs themselves, that are surely better than hand designs: at least one hand
  /// design is no larger in any objective, and the score intervals of all of those lie below the member's.
  std::vector<std::string> better;
  std::map<std::string, std::string> imported;  // evaluations, and from which run they are (results/imported.h)
  std::optional<ControlReport> control;         // nothing without one, or before its first result
  std::optional<Resolution> resolution;         // nothing unless the front is confirmed and has a pair
  std::vector<PretrainingRecord> pretrainings;  // the role of a member that has left the front is "former front"
};

/// Throws ConfigError if the store can't be read, std::invalid_argument if its metadata make no sense.
FrontReport read_front(const Store& store);

/// Every candidate that completed the battery with outcome ok on the search's first seed set. Throws as read_front.
std::vector<FrontRow> completed_designs(const Store& store);
/// The one with this hash; nothing if there is none. Throws as read_front.
std::optional<FrontRow> completed_design(const Store& store, const std::string& hash);
/// Hashes of the feasible designs with two fresh seeds, by birth: those whose noise a front's comparisons pool. Throws
/// as read_front.
std::vector<std::string> confirmed_designs(const Store& store);

}  // namespace madsearch
