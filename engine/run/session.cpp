#include "engine/run/session.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "configs/text.h"
#include "engine/run/directory.h"

namespace madsearch {
namespace {

constexpr double kSaveSeconds = 0.5;  // of work that a kill may make a run forget
constexpr std::chrono::milliseconds kMeasure{500};

/// Attempts are counted in the store, so that a request that kills its worker is given up in the end.
Attempts attempts_in(Store& store, RunLog& log) {
  Attempts out;
  out.begin = [&](const std::string& id) { return store.begin_attempt(id); };
  out.forget = [&](const std::string& id) {
    try {  // while the run ends, perhaps as the disk is full; the next writer forgives it anyway
      store.forget_attempts(id);
    } catch (const std::exception& error) {
      log.attempt_kept(id, error.what());
    }
  };
  return out;
}

std::string to_lines(const std::vector<PoolUse>& pools) {
  std::vector<std::string> lines;
  for (const auto& pool : pools) lines.push_back(to_text(pool));
  return joined(lines, "\n");
}

}  // namespace

Session::Session(const RunConfig& config, const RunOptions& options)
    : config(config),
      options(options),
      store(open_run(options.folder, config, options.accept, &notes_)),
      meta(read_meta(store)),
      log(options.folder),
      progress(options.progress, options.columns),
      metrics(config.metrics_port),
      workers(config.workers, attempts_in(store, log)),
      clock(config.hours, config.until, meta.spent_seconds) {
  workers.on_event = [this](const WorkerEvent& event) {
    if (event.lost_request()) metrics.worker_died();
    say(to_text(event));
  };
  progress.on_unread = [this] { log.say("nobody reads the progress any more: the run goes on without it"); };
  log.begins(config);
  for (const auto& note : notes_) say(note);
  for (const auto& note : config.notes) say(note);
  if (!workers.sharing().empty()) log.say(workers.sharing());
  meta.session = kUnderWay;
  meta.trouble.clear();
  save_meta();
}

Session::~Session() {
  if (options.use) *options.use = workers.use();
  try {
    clock.tick(workers.present() > 0);
    meta.spent_seconds = clock.spent();
    meta.session = interrupted() ? kInterrupted : kEnded;
    meta.pools = to_lines(workers.pools());
    save_meta();
    log.slots_busy(busy_share(workers.use()));
    for (const auto& pool : workers.pools())
      if (elsewhere()) log.say(to_text(pool));
  } catch (...) {  // a full disk: the time of this session is not counted
  }
}

void Session::tick() {
  store.check_in_place();
  clock.tick(workers.present() > 0);
  measure_workers();
  if (clock.spent() - meta.spent_seconds < kSaveSeconds) return;
  meta.spent_seconds = clock.spent();
  save_meta();
}

void Session::measure_workers() {
  const auto now = std::chrono::steady_clock::now();
  if (now - measured_ < kMeasure) return;
  measured_ = now;
  const auto pools = workers.pools();
  metrics.pools(pools);
  meta.pools = to_lines(pools);
  const auto seconds = std::chrono::duration<double>(now.time_since_epoch()).count();
  if (const auto news = elsewhere() ? slot_news_.news(pools, seconds) : ""; !news.empty()) say(news);
  metrics.workers(workers.present(), workers.waiting(), busy_share(workers.use()));
  metrics.slots(workers.states());
  std::error_code unknown;
  const auto space = std::filesystem::space(options.folder, unknown);
  if (!unknown) metrics.folder(static_cast<double>(space.available));
}

bool Session::elsewhere() const {
  return std::any_of(config.workers.pools.begin(), config.workers.pools.end(),
                     [](const Pool& pool) { return pool.elsewhere(); });
}

void Session::say(const std::string& sentence) {
  log.say(sentence);
  progress.say(sentence);
}

}  // namespace madsearch
