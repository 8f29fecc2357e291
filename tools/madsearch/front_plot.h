#pragma once
#include <string>

#include "results/front_report.h"

namespace madsearch {

/// A run's front in `columns` letters: score against the first size that the search minimised, on a log axis. Empty
/// where no design has completed the battery.
std::string front_plot(const Store& store, const FrontReport& report, int columns);

}  // namespace madsearch
