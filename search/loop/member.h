#pragma once
#include <cstdint>
#include <string>

#include "results/front.h"

namespace madsearch {

/// A candidate that completed rung battery.
struct Member {
  std::string text;
  std::string origin;         // as in Evaluation
  Objectives objectives;      // mean over its seeds; empty if its outcome was not kOk
  double violation = 0;       // mean over its seeds; 0: feasible, infinite if its outcome was not kOk
  double score = 0;           // mean over its seeds, 0..1
  std::int64_t number = 0;    // of its first battery evaluation
  std::int64_t seeds = 1;     // how many it was measured on
  std::int64_t children = 0;  // candidates of which it is a parent
};

}  // namespace madsearch
