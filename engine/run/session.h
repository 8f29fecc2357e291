#pragma once
#include <chrono>
#include <string>
#include <vector>

#include "engine/dispatch/coordinator.h"
#include "engine/run/clock.h"
#include "engine/run/config.h"
#include "engine/run/metrics.h"
#include "engine/run/run_log.h"
#include "engine/run/run_options.h"
#include "engine/run/run_progress.h"
#include "engine/run/slot_news.h"
#include "results/run_meta.h"
#include "results/store.h"

namespace madsearch {

/// What a session of a run works with. It is made when the run starts or goes on, and gone when it ends; the store then
/// holds how long the session took.
class Session {
 public:
  /// Opens the run's folder (open_run, directory.h, says what it throws) and the port of the metrics. `config` and
  /// `options` must outlive this.
  Session(const RunConfig& config, const RunOptions& options);
  ~Session();
  Session(const Session&) = delete;

  bool interrupted() const { return options.interrupted && *options.interrupted; }
  /// To be called twice a second at least: counts the time and stores it, so that a kill doesn't give it back, and
  /// shows the workers to whoever scrapes. Throws std::runtime_error if the folder is not where it was.
  void tick();
  void say(const std::string& sentence);  // in the log and on the screen
  void save_meta() { write_meta(store, meta); }
  bool elsewhere() const;  // whether some of the workers are

 private:
  void measure_workers();
  std::vector<std::string> notes_;                  // on how the folder was opened
  std::chrono::steady_clock::time_point measured_;  // when the workers were looked at
  SlotNews slot_news_;

 public:
  const RunConfig& config;
  const RunOptions& options;
  Store store;
  RunMeta meta;  // of the store; save_meta() stores what was changed
  RunLog log;
  RunProgress progress;
  Metrics metrics;
  Coordinator workers;
  RunClock clock;
};

}  // namespace madsearch
