#pragma once
#include <map>
#include <string>
#include <vector>

#include "candidate.h"
#include "report.h"
#include "results/front_report.h"
#include "results/run_meta.h"
#include "results/store.h"

namespace madsearch {

/// One of two designs that are compared.
struct ComparedDesign {
  std::string folder;  // of its run
  RunMeta meta;
  FrontRow row;  // its score is NaN if it did not complete the battery
  bool stored = true;
  std::vector<EvaluationRecord> evaluations;  // that its run holds
  std::vector<EvaluationRecord> made;         // on new seed sets (engine/run/new_seed_sets.h)
};

/// A run whose designs are compared, read once for all of them.
class ComparedRun {
 public:
  /// Throws as read_front.
  ComparedRun(const Store& store, std::string folder);
  ComparedDesign design(const NamedDesign& named) const;
  /// Evaluations of its confirmed designs by hash, whose noise is pooled.
  const std::map<std::string, std::vector<EvaluationRecord>>& confirmed() const { return confirmed_; }

 private:
  const Store& store_;
  std::string folder_;
  RunMeta meta_;
  std::map<std::string, std::vector<EvaluationRecord>> confirmed_;
};

/// Throws ConfigError if the two are the same design, or if scores of their runs don't compare.
void check_comparable(const ComparedDesign& a, const ComparedDesign& b);

/// Two designs beside each other, with their paired difference on the seed sets that both had; `run`: of the first.
Report compare_view(const ComparedDesign& a, const ComparedDesign& b, const ComparedRun& run);

}  // namespace madsearch
