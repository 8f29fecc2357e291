#pragma once
#include "pretraining_bench.h"
#include "tools/madsearch/report.h"

namespace madsearch {

/// What each measure and each null predictor gets right, by part (all, strata, papers, groups); the designs.
Report pretraining_report(const PretrainingFlags& flags, const PretrainingBench& bench);

}  // namespace madsearch
