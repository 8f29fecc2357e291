#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "engine/run/config.h"
#include "results/run_meta.h"
#include "results/store.h"

namespace madsearch {

// A run's folder: `search.db`, `run.log`, `checkpoints/`, `weights/` (of pretrained designs, if they are kept), and for
// people `config.yaml` as it was given and `resolved.txt` (RunConfig::resolved). The store holds all that the
// configuration named, too, so that nothing outside the folder is needed but the data for pretraining.

/// Opens `folder` for the search of `config`, or makes it. `accept`: settings that decide how far a run goes may
/// differ, and those of pretraining while no pretraining is stored. A folder that holds no results is begun anew.
/// Throws ConfigError if the folder holds another search (with the lines that differ), more evaluations than are asked
/// for, scores of another version (results/scoring.h) or files of something else, and if it can't be written. Another
/// version or revision of the program alone is no reason to refuse: both are stored for people. `notes` takes what a
/// reader of the log should know.
Store open_run(const std::filesystem::path& folder, const RunConfig& config, bool accept,
               std::vector<std::string>* notes = nullptr);

/// Throws what open_run would throw, also if the folder can't be made, and changes nothing.
void check_run(const std::filesystem::path& folder, const RunConfig& config, bool accept);

/// Where the run in `folder` keeps the weights of a pretrained design.
std::filesystem::path weights_file(const std::filesystem::path& folder, const std::string& hash);

/// A run's store, to read. Throws ConfigError if `folder` is no run, EmptyStore if it holds no results; both say what
/// begins one there.
Store store_in(const std::filesystem::path& folder);

/// Where a run stands.
enum class RunStanding {
  kFinished,     // search, confirmation and pretraining are done
  kUnderWay,     // a coordinator writes it
  kInterrupted,  // by Ctrl-C, a signal or its time limit; `resume` goes on
  kGone,         // its coordinator was killed; or this is a copy of a run that was under way
  kStopped       // nobody writes it, and its store, of an earlier release, doesn't say how that came
};
std::string to_text(RunStanding standing);  // "finished", "under way", "interrupted", "gone", "stopped"

/// A run's store, to read, and where it stands. Throws as store_in.
struct StandingRun {
  Store store;
  RunStanding standing;
};
StandingRun standing_run(const std::filesystem::path& folder);

/// The configuration of the run in `folder`, whose store that is, with the evaluations that were added to it.
/// `configs`: for runs of earlier releases, whose stores don't hold what the configuration names; then it is read where
/// it was, or from the folder's copy if it is gone.
RunConfig stored_run(const Store& store, const std::filesystem::path& folder, const std::filesystem::path& configs);

/// Sets what a run's store says of it that follows from its configuration.
void describe(RunMeta& meta, const RunConfig& config);

/// `config` with the evaluations that `resume --evaluations` added to the run in `folder`, if there is one.
RunConfig with_added(RunConfig config, const std::filesystem::path& folder);

}  // namespace madsearch
