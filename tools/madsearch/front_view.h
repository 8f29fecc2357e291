#pragma once
#include <string>
#include <vector>

#include "engine/run/directory.h"
#include "report.h"
#include "results/front_report.h"

namespace madsearch {

/// The first characters of a hash that people type.
std::string short_id(const std::string& hash);

/// A design of a run with these objectives as the front shows it: what it is, its sizes, how it scored.
Record design_facts(const std::vector<std::string>& objectives, const FrontRow& row);
/// The fields that say how a design scored.
Record score_facts(const FrontRow& row);

/// A run's front with what stands beside its members, its hand designs and what was pretrained. As CSV the front alone.
Report front_view(const StandingRun& run);
/// The same of a report that was read from the run's store.
Report front_view(const StandingRun& run, const FrontReport& report);

/// An objective as an axis is named: "state at 4096 tokens".
std::string axis_name(const FrontReport& report, const std::string& objective);

}  // namespace madsearch
