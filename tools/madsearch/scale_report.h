#pragma once
#include "report.h"
#include "scale_study.h"

namespace madsearch {

/// Optima, power laws, state-optimal models and over-trained ones of each design. As CSV the optima.
Report scale_report(const ScaleFlags& flags, const ScaleStudy& study);

}  // namespace madsearch
