#pragma once
#include "mad_tasks/battery.h"
#include "published_bench.h"
#include "tools/madsearch/report.h"

namespace madsearch {

/// By part (all, strata, papers, groups) and predictor.
Report published_report(const PublishedFlags& flags, const Battery& battery, const PublishedBench& bench);

}  // namespace madsearch
