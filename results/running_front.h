#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "results/design_scores.h"
#include "results/objectives.h"
#include "results/store.h"

namespace madsearch {

/// A run's front (what it is says results/front_report.h) while evaluations come in: what one more costs depends on the
/// front and not on the run.
class RunningFront {
 public:
  /// Of the candidates that the store holds and of its `scores`.
  RunningFront(const Store& store, std::vector<Objective> objectives, const std::vector<EvaluationRecord>& scores);
  explicit RunningFront(std::vector<Objective> objectives);

  /// An evaluation of a design, under way or finished.
  void add(const CandidateRecord& candidate, const EvaluationRecord& evaluation);

  std::int64_t evaluated() const { return evaluated_; }  // designs with a finished evaluation
  std::int64_t completed() const { return completed_; }  // of these, how many completed all tasks
  std::int64_t waiting() const { return waiting_; }      // members by the search's scores that wait for fresh seeds
  bool is_confirmed() const { return confirmed_; }       // the front is of confirmed designs
  std::size_t size() const { return members_.size(); }
  double hypervolume() const { return hypervolume_; }  // a share of the box; 0 without objectives

  // Hashes, by birth:
  const std::vector<std::string>& members() const { return members_; }
  std::vector<std::string> hand_designs() const;       // that completed all tasks
  std::vector<std::string> confirmed_designs() const;  // feasible ones, on the front or not

 private:
  struct Design {
    std::string hash;
    std::int64_t born = 0;
    bool seed = false;
    bool control = false;  // counted, and on no front
    bool evaluated = false;
    Objectives sizes;  // its objectives if it scored 1 and had 0 bits a byte
    DesignScores scores;
    bool placed = false;  // in by_sizes_: feasible, and all tasks completed
    double loss = 0;      // 1 - the search's score, as it is placed
    Objectives point;     // by what the search saw, as it is placed
  };
  /// Of equal points the one that was born first is shown.
  struct Earlier {
    bool operator()(const Design* a, const Design* b) const {
      return std::tie(a->born, a->hash) < std::tie(b->born, b->hash);
    }
  };
  struct Better {
    bool operator()(const Design* a, const Design* b) const {
      return std::tie(a->loss, a->born, a->hash) < std::tie(b->loss, b->born, b->hash);
    }
  };

  Design& design_of(const CandidateRecord& candidate);
  void take(Design& design, const EvaluationRecord& evaluation);
  Objectives point(const Design& design, const Measured& measured) const;
  template <class Belongs>
  void add_leaders(const std::set<const Design*, Better>& group, const Belongs& belongs,
                   std::vector<const Design*>& out) const;
  bool put_in_place(Design& design);
  bool settle(Design& design);
  bool join(const Design& design);
  void rebuild();
  void update();
  std::vector<const Design*> confirmed() const;
  std::vector<const Design*> candidates() const;

  std::vector<Objective> objectives_;
  bool score_alone_ = true;                          // nothing else that is measured is an objective
  std::unordered_map<std::string, Design> designs_;  // by hash; none leaves
  std::map<Objectives, std::set<const Design*, Better>> by_sizes_;
  std::vector<const Design*> search_front_;  // the front of by_sizes_
  std::set<const Design*, Earlier> seeds_;   // that completed all tasks
  std::set<const Design*, Earlier> fresh_;   // with two fresh seeds
  std::vector<std::string> members_;
  std::int64_t evaluated_ = 0;
  std::int64_t completed_ = 0;
  std::int64_t waiting_ = 0;
  bool confirmed_ = false;
  double hypervolume_ = 0;
};

}  // namespace madsearch
