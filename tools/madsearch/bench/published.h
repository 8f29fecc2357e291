#pragma once
#include "mad_tasks/battery.h"
#include "published_bench.h"
#include "tools/madsearch/report.h"

namespace madsearch {

/// Trains what the log lacks, or says how much is missing, and compares the battery with null predictors on the same
/// contrasts. Where nothing is scored the null predictors are reported alone.
Report bench_published(const PublishedFlags& flags, const Battery& battery);

}  // namespace madsearch
