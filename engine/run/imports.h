#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "engine/run/config.h"
#include "results/records.h"
#include "results/store.h"

namespace madsearch {

/// A training that a former run did, and that is not done again.
struct ImportedTraining {
  TrainingRecord record;  // where it was computed, but not when: that is no time of this run
  std::string curves;     // as the store keeps them
  std::string run;        // the former run's folder
};

/// What a run has of the results of a former one. Both are kept among its inputs (Inputs): under "imported RUN" a
/// line "ID<tab>JSON" for each training, or under "not imported RUN" why there is none.
struct Imports {
  std::string lines;
  std::string why_none;
};

/// The finished evaluations of these designs in the run in `folder`, of battery and fresh seeds, where they mean in the
/// search of `config` what they meant there: scoring, protocol, battery, width, stages and parameters agree, and the
/// seed of the run and the type of device, without which seeds would not be paired.
Imports imports_of(const std::filesystem::path& folder, const std::vector<std::string>& hashes,
                   const RunConfig& config);

/// By id, what a run has imported. Throws std::invalid_argument for lines that can't be read.
std::map<std::string, ImportedTraining> imported_trainings(const Inputs& inputs);

/// For people, a sentence for each former run: how much is imported, or why nothing.
std::vector<std::string> import_notes(const Inputs& inputs);

/// `now` with the imports that the run was begun with, `before`: they are made once.
Inputs with_first_imports(Inputs now, const Inputs& before);

}  // namespace madsearch
