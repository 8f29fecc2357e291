#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "engine/study/fidelity.h"
#include "tools/madsearch/command.h"

namespace madsearch {

/// What the commands on a study of designs have in common.
struct StudyFlags {
  std::string file, log;     // of configs/studies; the folder of its trainings
  std::string half = "all";  // or "judged", "choosing"
  std::int64_t seeds = 2;
  bool stored = false;  // train nothing
  WorkerFlags workers;
};
void add_study(CLI::App& command, StudyFlags& flags);

std::vector<const StudyDesign*> chosen_designs(const StudyFlags& flags, const Study& study);

/// Trains what the log lacks of seed sets first .. first + seeds - 1, or says how many trainings are left out.
void train_missing(const StudyFlags& flags, const Battery& battery, const std::vector<const StudyDesign*>& designs,
                   std::int64_t seeds, StudyLog& log, std::int64_t first = 0);

/// The designs that completed both batteries, `battery` on seed sets first .. first + seeds - 1, `against` on 0 ..
/// against_seeds - 1; the others are named on stderr.
std::vector<Compared> compared(const Battery& battery, std::int64_t seeds, const Battery& against,
                               std::int64_t against_seeds, const std::vector<const StudyDesign*>& designs,
                               const StudyLog& log, std::int64_t first = 0);

}  // namespace madsearch
