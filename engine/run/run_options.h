#pragma once
#include <atomic>
#include <filesystem>
#include <functional>
#include <iosfwd>
#include <set>
#include <vector>

#include "engine/dispatch/coordinator.h"

namespace madsearch {

/// How a session of a run ended.
enum class Ended { kFinished, kTimeUp, kInterrupted };

struct RunOptions {
  std::filesystem::path folder;                    // of the run; made if missing
  bool accept = false;                             // harmless differences from what the folder holds
  std::set<Outcome> retry;                         // evaluations that ended so are tried again at the end
  const std::atomic<bool>* interrupted = nullptr;  // set by a signal handler; null: never
  std::ostream* progress = nullptr;                // where people look; null: nowhere
  std::function<int()> columns;                    // of progress, where that is a terminal (terminal.h); else empty
  std::vector<SlotUse>* use = nullptr;             // takes how the slots were used, when the session ends
};

}  // namespace madsearch
