#pragma once
#include <string>
#include <vector>

#include "engine/study/beside.h"
#include "report.h"
#include "results/front_report.h"
#include "results/validation.h"

namespace madsearch {

/// The first characters of a hash that people type.
std::string short_id(const std::string& hash);

/// A run's front with what stands beside its members, its hand designs and what was pretrained. As CSV the front alone.
/// `notes`: of each member, in their order.
Report front_view(const FrontReport& report, const Validation& validation, const std::vector<Beside>& notes);

}  // namespace madsearch
