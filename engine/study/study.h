#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/study/study_log.h"
#include "mad_tasks/battery.h"
#include "mad_tasks/score.h"
#include "search/architecture/genome.h"

namespace madsearch {

/// A design on which batteries are compared.
struct StudyDesign {
  std::string name;     // of a hand design; "random" otherwise
  Genome genome;        // canonical
  std::string family;   // of its sequence mixers; "hybrid" if they are of several families
  bool judged = false;  // the half that batteries are judged on; the other is for choosing
};

/// Hand designs and random stripes of equal parameters, halves drawn by seed, in the order in which they are trained:
/// halves in turn.
struct Study {
  std::vector<StudyDesign> designs;
};

/// Reads a file of configs/studies and draws its designs; all is a function of the file, the shipped designs and the
/// primitives. Hand designs whose block count does not divide `stages`, or that are more than 10 % off the common
/// number of parameters at one of `widths`, are left out. ConfigError for what cannot be read.
Study read_study(const std::filesystem::path& file, const std::filesystem::path& configs);

/// What a battery's trainings of one design on one seed set ask for, [task][setting].
std::vector<std::vector<TrainRequest>> study_requests(const Battery& battery, const StudyDesign& design,
                                                      std::int64_t seed_set);

/// A design's scores under a battery, of the seed sets `first` .. first + seeds - 1 whose trainings are all in the log
/// and ok.
struct StudyScore {
  std::vector<double> scores;              // by seed set, 0..1
  std::vector<std::vector<double>> tasks;  // [task][seed set]
  std::vector<double> core_seconds;        // by seed set
  struct Setting {
    std::vector<double> scores, core_seconds;  // by seed set
  };
  std::vector<std::vector<Setting>> settings;  // [task][setting]
  bool complete(std::int64_t seeds) const { return static_cast<std::int64_t>(scores.size()) == seeds; }
};
StudyScore study_score(const Battery& battery, const StudyDesign& design, std::int64_t seeds, const StudyLog& log,
                       std::int64_t first = 0);

/// How often a grid of learning rates was too narrow.
struct RateWindows {
  std::size_t trainings = 0, beyond = 0,
              better = 0;  // in the log; that tried the rate beyond the edge; that were best there
};
RateWindows rate_windows(const Battery& battery, const std::vector<const StudyDesign*>& designs, std::int64_t seeds,
                         const StudyLog& log, std::int64_t first = 0);

}  // namespace madsearch
