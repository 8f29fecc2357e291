#pragma once
#include <filesystem>
#include <string>

#include "engine/run/config.h"
#include "results/store.h"

namespace madsearch {

/// A run's folder: `search.db`, `config.yaml` as given, `resolved.txt` (RunConfig::identity), `run.log`,
/// `checkpoints/`.
///
/// Opens `folder` for the search of `config`, or makes it. ConfigError if it holds another search (with the lines that
/// differ), if it holds files of something else, or if it can't be written. `accept`: lines of harmless keys
/// (evaluations, confirm, pretrain) may differ.
Store open_run(const std::filesystem::path& folder, const std::filesystem::path& config_file, const RunConfig& config,
               bool accept);

/// The configuration a run was started with. ConfigError if `folder` is no run.
std::filesystem::path stored_config(const std::filesystem::path& folder);

}  // namespace madsearch
