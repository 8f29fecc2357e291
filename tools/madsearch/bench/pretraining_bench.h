#pragma once
#include "pretraining_results.h"

namespace madsearch {

/// Trains what the log lacks, or says how much is missing.
PretrainingBench pretraining_bench(const PretrainingFlags& flags);

}  // namespace madsearch
