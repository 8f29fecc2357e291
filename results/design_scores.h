#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>

#include "results/interval.h"
#include "results/objectives.h"
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
  Measured searched() const;   // what the search saw, mean over its seed sets; NaN of none
  Measured shown() const;      // the mean over fresh seeds if confirmed, else as searched()
  std::int64_t seeds() const;  // behind shown()
  Interval score() const;      // of shown(); without an interval unless confirmed
  /// The same of an objective that is bits a byte; nothing where no text was trained on.
  std::optional<Interval> bits(const std::string& objective) const;
  const std::map<std::int64_t, Measured>& fresh() const { return fresh_; }  // by seed set

 private:
  std::map<std::int64_t, Measured> search_;  // by seed set
  std::map<std::int64_t, Measured> fresh_;
  std::set<std::int64_t> failed_;  // fresh seed sets
  bool feasible_ = true;
  bool asked_ = false;  // for fresh seeds
};

}  // namespace madsearch
