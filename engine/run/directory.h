#pragma once
#include <filesystem>
#include <string>

#include "engine/run/config.h"
#include "results/store.h"

namespace madsearch {

/// A run's folder: `search.db`, `config.yaml` as given, `resolved.txt` (RunConfig::identity), `run.log`,
/// `checkpoints/`.
///
/// Opens `folder` for the search of `config`, or makes it. `accept`: lines of harmless keys (evaluations, confirm,
/// pretrain) may differ. Throws ConfigError if the folder holds another search (with the lines that differ), scores of
/// another version (results/scoring.h) or files of something else, and if it can't be written. Another version or
/// revision of the program alone is no reason to refuse: both are stored for people.
Store open_run(const std::filesystem::path& folder, const std::filesystem::path& config_file, const RunConfig& config,
               bool accept);

/// The configuration a run was started with: the original file, or the folder's copy if that is gone. Throws
/// ConfigError if `folder` is no run.
std::filesystem::path stored_config(const std::filesystem::path& folder);

}  // namespace madsearch
