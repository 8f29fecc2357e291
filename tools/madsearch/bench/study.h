#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "engine/study/fidelity.h"
#include "tools/madsearch/trials.h"

namespace madsearch {

/// What the commands on a study of designs have in common.
struct StudyFlags : TrialFlags {
  std::string file;          // of configs/studies
  std::string half = "all";  // or "judged", "choosing"
};
void add_study(CLI::App& command, StudyFlags& flags);

std::vector<const StudyDesign*> chosen_designs(const StudyFlags& flags, const Study& study);

/// The designs that completed both batteries, `battery` on seed sets first .. first + seeds - 1, `against` on 0 ..
/// against_seeds - 1; the others are named on stderr.
std::vector<Compared> compared(const Battery& battery, std::int64_t seeds, const Battery& against,
                               std::int64_t against_seeds, const std::vector<const StudyDesign*>& designs,
                               const StudyLog& log, std::int64_t first = 0);

}  // namespace madsearch
