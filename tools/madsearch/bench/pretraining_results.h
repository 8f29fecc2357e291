#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/run/setup_file.h"
#include "engine/study/pretraining_log.h"
#include "published_bench.h"
#include "tools/madsearch/command.h"

namespace madsearch {

/// How a setup of pretraining is held against results of the literature.
struct PretrainingFlags {
  std::string setup;      // a file
  std::string published;  // the folder of the published results
  std::string log;        // the folder of the pretrainings; what it holds is not trained again
  std::string half = "choosing";
  std::vector<std::string> only;  // beginnings of hashes; empty: all designs
  std::int64_t seeds = 1;
  double times = 1;        // the setup's budget
  bool headline = false;   // contrasts of trust A and B alone
  bool stored = false;     // train nothing
  bool designs = false;    // list the designs
  std::string beside;      // a battery, whose scores of the same designs are printed beside; none if empty
  std::string beside_log;  // the folder of its trainings
  WorkerFlags workers;
};

/// What a pretraining says of a design; the lower the better.
struct TextMeasure {
  std::string name;  // "bits per byte"
  std::function<double(const PretrainingRecord&)> of;
};
/// Over all targets.
TextMeasure bits_per_byte();
/// Bits per byte over all targets, over the recall slice, and over the others. Where the text has no such slice the
/// first alone.
std::vector<TextMeasure> measures(const std::vector<PretrainingRecord>& records);

/// What a battery scored of designs.
struct BatteryScores {
  Battery battery;
  std::map<std::string, StudyScore> scores;  // by hash
};

/// Everything that is compared.
struct PretrainingBench {
  SetupFile setup;
  PublishedBench published;                                       // its scores are empty
  std::map<std::string, PretrainRequest> requests;                // by hash, of seed set 0
  std::map<std::string, std::vector<PretrainingRecord>> records;  // by hash, by seed set, of those that have all
  std::optional<BatteryScores> beside;
  std::size_t not_beside = 0;  // contrasts with a design that the battery did not score
};

}  // namespace madsearch
