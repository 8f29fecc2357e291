#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "command.h"
#include "engine/run/setup_file.h"
#include "engine/study/scaling.h"

namespace madsearch {

/// How the scaling of designs is measured.
struct ScaleFlags {
  std::vector<std::string> designs;       // names, files or texts
  std::string setup;                      // a file; its budget, parameters and repetition are not used
  std::vector<double> budgets;            // training FLOPs
  std::int64_t sizes = 5;                 // of each budget
  std::vector<double> ratios = {4, 256};  // tokens a parameter, about, of the largest and the smallest size
  std::vector<double> over = {4, 16};     // times the optimal tokens a parameter
  std::int64_t seeds = 1;
  std::string log = "runs/scale";
  bool stored = false;  // train nothing
  WorkerFlags workers;
};

/// A model that was trained longer than is best, with the FLOPs of its budget.
struct OverTrained {
  double flops = 0;
  double asked = 0;  // times the optimal tokens a parameter
  double times = 0;  // what the size that was found came to
  double bits = 0;   // mean over seed sets
  double parameters = 0;
  double tokens = 0;
  double behind = 0;  // bits, less those of the optimum
};

struct DesignScaling {
  std::string hash, text;
  Scaling scaling;
  std::vector<OverTrained> over;
};

struct ScaleStudy {
  SetupFile setup;
  std::vector<DesignScaling> designs;
  std::size_t missing = 0;  // trainings that were asked for and have no result
};

/// Trains what the log lacks: first all sizes of all budgets, then, as soon as their optima are known, what is trained
/// longer. Throws ConfigError for what there is not or is asked for twice.
ScaleStudy scale_study(const ScaleFlags& flags);

}  // namespace madsearch
