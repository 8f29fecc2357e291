#pragma once
#include <string>
#include <vector>

#include "pretraining_results.h"
#include "tools/madsearch/record.h"

namespace madsearch {

/// How far what stands beside pretrainings agrees with them.
struct BesideFindings {
  std::vector<Record> agreements;
  std::vector<Record> families;
  std::string text;  // empty where nothing stands beside
};
BesideFindings beside_findings(const PretrainingBench& bench);

}  // namespace madsearch
