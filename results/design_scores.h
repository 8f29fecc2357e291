#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "results/interval.h"
#include "results/records.h"

namespace madsearch {

/// What the evaluations of one design say of it. Probes say nothing.
class DesignScores {
 public:
  /// One more evaluation, or the result of one that was under way. Their order does not matter.
  void add(const EvaluationRecord& evaluation);

  /// The battery, with outcome ok, on the search's first seed set.
  bool completed() const { return search_.contains(0); }
  bool feasible() const { return feasible_; }  // on every seed set of the search
  bool confirmed() const { return fresh_.size() >= 2; }
  /// Fresh seeds were asked for, none failed, and fewer than two are in.
  bool waiting() const { return asked_ && failed_.empty() && !confirmed(); }
  double searched() const;     // the search's score, mean over its seed sets; NaN of none
  Interval score() const;      // of fresh seeds if confirmed, else the search's, without an interval
  std::int64_t seeds() const;  // behind score()
  const std::map<std::int64_t, double>& fresh() const { return fresh_; }  // score by seed set

 private:
  std::map<std::int64_t, double> search_;  // score by seed set
  std::map<std::int64_t, double> fresh_;
  std::set<std::int64_t> failed_;  // fresh seed sets
  bool feasible_ = true;
  bool asked_ = false;  // for fresh seeds
};

}  // namespace madsearch
