#pragma once
#include <atomic>
#include <filesystem>
#include <iosfwd>

#include "engine/run/config.h"

namespace madsearch {

/// How a session of a run ended.
enum class Ended { kFinished, kTimeUp, kInterrupted };

struct RunOptions {
  std::filesystem::path folder;                    // of the run; made if missing
  std::filesystem::path config_file;               // that the configuration was read from
  bool accept = false;                             // harmless differences from what the folder holds
  const std::atomic<bool>* interrupted = nullptr;  // set by a signal handler; null: never
  std::ostream* progress = nullptr;                // where people look; null: nowhere
  bool terminal = false;                           // progress is a terminal, whose last line is rewritten
  std::vector<SlotUse>* use = nullptr;             // takes how the slots were used, when the session ends
};

/// Carries out a whole run, from where its folder stands: search, confirmation on fresh seeds, pretraining. Everything
/// finished is in `folder`/search.db; a run that was interrupted or killed goes on with the same call and comes to the
/// same front. Throws ConfigError if the folder is of another search, can't be written, or is in use by another
/// process, if the port of the metrics is taken, and if no worker starts.
Ended run_search(const RunConfig& config, const RunOptions& options);

}  // namespace madsearch
