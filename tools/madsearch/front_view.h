#pragma once
#include <string>

#include "report.h"
#include "results/front_report.h"
#include "results/validation.h"

namespace madsearch {

/// The first characters of a hash that people type.
std::string short_id(const std::string& hash);

/// A run's front, its hand designs and what was pretrained. As CSV the front alone.
Report front_view(const FrontReport& report, const Validation& validation);

}  // namespace madsearch
