#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "results/objectives.h"
#include "results/records.h"

namespace madsearch {

/// A search beside candidates drawn at random (`search: {control: random}`). Both are given equal numbers of
/// evaluations, probes included, and shares of the hypervolume's box by the scores of the search, of designs that
/// completed the battery within them and are feasible. Hand designs are in neither.
struct ControlReport {
  std::int64_t evaluations = 0;  // of each: all that the control has finished, fewer where the search has fewer
  std::int64_t of = 0;           // that both have finished
  double control = 0;            // hypervolume of the control's
  double first = 0;              // of as many of the search, the first
  double last = 0;               // the last
};

/// Of a store's candidates (their sizes are enough) and evaluations; nothing unless both have finished one.
std::optional<ControlReport> control_report(const std::vector<Objective>& objectives,
                                            const std::vector<CandidateRecord>& candidates,
                                            std::vector<EvaluationRecord> evaluations);

}  // namespace madsearch
