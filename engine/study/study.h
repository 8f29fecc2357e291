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
  std::string name;     // of the hand design that it was; "random" for one that was drawn
  Genome genome;        // canonical
  std::string family;   // of its sequence mixers; "hybrid" if they are of several families
  bool judged = false;  // the half that batteries are judged on; the other is for choosing
};

/// Designs in the order in which they are trained.
struct Study {
  std::vector<StudyDesign> designs;
};

/// Reads a file of configs/studies: the designs stand there in full, so that a new primitive or a new hand design
/// changes no study. Throws ConfigError for what cannot be read, for a design that is listed twice, and for a text
/// whose hash is not the stored one (its stored trainings would be those of another design).
Study read_study(const std::filesystem::path& file);

/// What a battery's trainings of one design on one seed set ask for, [task][setting]. Seed sets are 0, 1, 2, ...; all
/// designs have the same data, initial weights and order on one seed set. Throws ConfigError if the design is not valid
/// at the battery's width.
std::vector<std::vector<TrainRequest>> study_requests(const Battery& battery, const StudyDesign& design,
                                                      std::int64_t seed_set);

/// A design's scores under a battery.
struct StudyScore {
  std::vector<double> scores;              // by seed set, 0..1
  std::vector<std::vector<double>> tasks;  // [task][seed set], 0..1
  std::vector<double> core_seconds;        // by seed set, of all trainings
  struct Setting {
    std::vector<double> scores;        // by seed set, 0..1
    std::vector<double> core_seconds;  // by seed set
  };
  std::vector<std::vector<Setting>> settings;  // [task][setting]
  bool complete(std::int64_t seeds) const { return static_cast<std::int64_t>(scores.size()) == seeds; }
};

/// Scores of the seed sets `first` .. first + seeds - 1. A seed set of which a training is missing in `log`, or failed,
/// is left out.
StudyScore study_score(const Battery& battery, const StudyDesign& design, std::int64_t seeds, const StudyLog& log,
                       std::int64_t first = 0);

/// How often a grid of learning rates was too narrow.
struct RateWindows {
  std::size_t trainings = 0;  // that are in the log and ended well
  std::size_t beyond = 0;     // of these, those that tried the learning rate beyond the edge of the grid
  std::size_t better = 0;     // of these, those that were best at a learning rate outside of the grid
};

/// Counts over the trainings of `designs` on the seed sets `first` .. first + seeds - 1.
RateWindows rate_windows(const Battery& battery, const std::vector<const StudyDesign*>& designs, std::int64_t seeds,
                         const StudyLog& log, std::int64_t first = 0);

}  // namespace madsearch
