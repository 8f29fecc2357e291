#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace madsearch {

/// A machine that is not at hand, as it was measured: a file of configs/machines. Training steps of transformer++ at
/// one width, from which those of a battery of that width follow.
struct AssumedMachine {
  struct Step {
    double tokens = 0;   // of all sequences and replicas
    double seconds = 0;  // of a block: forward, backward and optimizer
  };
  std::string name;
  std::string file;
  std::int64_t width = 0;
  std::vector<Step> steps;    // by tokens
  double bytes_of_token = 0;  // memory that a token of a block takes
  double memory_ratio = 1;    // the largest of other primitives' memory to transformer++'s
  double memory_mib = 0;      // that it has; 0: not known
  double median_ratio = 1;    // of other primitives' steps to transformer++'s
};

/// The machine of this name in `configs`/machines, or of this file. Throws ConfigError, with did-you-mean.
AssumedMachine assumed_machine(const std::string& name_or_file, const std::filesystem::path& configs);

/// Of a block, for so many tokens: between what was measured by a line of logarithms, above in proportion to tokens,
/// below as long as the shortest, since a step of few tokens waits for launches.
double step_seconds(const AssumedMachine& machine, double tokens);

}  // namespace madsearch
