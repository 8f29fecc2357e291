#pragma once
#include <atomic>
#include <filesystem>
#include <iosfwd>

#include "engine/run/config.h"

namespace madsearch {

/// How `run` ended.
enum class Ended { kFinished, kTimeUp, kInterrupted };

struct RunOptions {
  std::filesystem::path folder, config_file;
  bool accept = false;                             // harmless differences from what the folder holds
  const std::atomic<bool>* interrupted = nullptr;  // set by a signal handler
  std::ostream* progress = nullptr;                // where people look, or null for none
  bool terminal = false;
  std::vector<SlotUse>* use = nullptr;  // takes how the slots were used, when the run ends
};

/// The whole of a run, from where its folder stands: search, confirmation on fresh seeds, pretraining. Everything
/// finished is in `folder`/search.db; a run that was interrupted or killed goes on with the same call and comes to the
/// same front.
Ended run(const RunConfig& config, const RunOptions& options);

}  // namespace madsearch
