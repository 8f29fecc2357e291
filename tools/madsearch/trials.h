#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "command.h"
#include "engine/study/study.h"

namespace madsearch {

/// What the commands have in common that train designs on seed sets and keep every training.
struct TrialFlags {
  std::string log;  // the folder of the trainings
  std::int64_t seeds = 2;
  bool stored = false;  // train nothing
  WorkerFlags workers;
};
/// --log (`flags.log` is its default), --seeds, --stored, and those of add_workers.
void add_trials(CLI::App& command, TrialFlags& flags);

/// Trains what the log lacks of seed sets first .. first + seeds - 1, or says how many trainings are left out. What was
/// answered before an Interrupted is in the log.
void train_missing(const TrialFlags& flags, const Battery& battery, const std::vector<const StudyDesign*>& designs,
                   std::int64_t seeds, StudyLog& log, std::int64_t first = 0);

}  // namespace madsearch
