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
  double times = 1;                 // the setup's budget
  bool headline = false;            // contrasts of trust A and B alone
  bool stored = false;              // train nothing
  bool designs = false;             // list the designs
  std::vector<std::string> beside;  // batteries and smaller pretrainings (beside.h) of the same designs
  std::string beside_log;           // the folder of the batteries' trainings
  WorkerFlags workers;
};

/// What a pretraining says of a design; the lower the better.
struct TextMeasure {
  std::string name;  // "bits per byte"
  std::function<double(const PretrainingRecord&)> of;
};
TextMeasure bits_per_byte();      // over all targets
TextMeasure outside_the_slice();  // over those that are not of the recall slice
/// Bits per byte over all targets, over the recall slice, and over the others. Where the text has no such slice the
/// first alone.
std::vector<TextMeasure> measures(const std::vector<PretrainingRecord>& records);

/// A number of each of some designs, the more the better.
struct Known {
  std::string name;                                                   // "quick", "quick: compression", "tiny@0.3"
  std::map<std::string, double> of;                                   // by hash
  std::vector<double> values(const std::vector<std::string>&) const;  // of these designs, which it has
};

/// What stands beside pretrainings: a battery, or smaller pretrainings.
struct Companion {
  std::string name;          // "quick", "tiny@0.3"
  bool is_text = false;      // smaller pretrainings
  std::vector<Known> known;  // a score, then tasks that count; minus bits per byte, then minus those of the slice
  std::size_t lacking = 0;   // contrasts that are left out since it lacks a design of them
};

/// What a setup asks for of a published design, whose windows are its paper's share of the context.
PretrainRequest published_request(const SetupFile& setup, const Genome& genome, std::int64_t seed_set);

/// Everything that is compared.
struct PretrainingBench {
  SetupFile setup;
  PublishedBench published;                                       // its scores are empty
  std::map<std::string, PretrainRequest> requests;                // by hash, of seed set 0
  std::map<std::string, std::vector<PretrainingRecord>> records;  // by hash, by seed set, of those that have all
  std::vector<Companion> beside;
  std::vector<PretrainingRecord> all_records() const;
};

}  // namespace madsearch
