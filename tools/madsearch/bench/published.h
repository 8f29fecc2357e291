#pragma once
#include <cstdint>
#include <string>

#include "mad_tasks/battery.h"
#include "study.h"
#include "tools/madsearch/report.h"

namespace madsearch {

/// How a battery is held against pretraining results of the literature.
struct PublishedFlags {
  StudyFlags study;    // the half is one of papers
  std::string folder;  // of the published results
  std::int64_t first = 0;
  bool designs = false;  // list the designs
};

/// Trains what the log lacks, or says how much is missing, and compares the battery with null predictors on the same
/// contrasts. Where nothing is scored the null predictors are reported alone.
Report bench_published(const PublishedFlags& flags, const Battery& battery);

}  // namespace madsearch
