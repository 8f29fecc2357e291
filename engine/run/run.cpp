#include "engine/run/run.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <map>
#include <optional>
#include <ostream>
#include <set>

#include "engine/run/battery_evaluator.h"
#include "engine/run/chosen_designs.h"
#include "engine/run/deadline.h"
#include "engine/run/directory.h"
#include "engine/run/forecast.h"
#include "engine/run/metrics.h"
#include "engine/run/progress.h"
#include "engine/version.h"
#include "results/front_report.h"
#include "search/loop/evolution.h"

namespace madsearch {
namespace {

using Clock = std::chrono::system_clock;

double seconds_between(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

/// What a session of a run holds: it is made when the run starts or goes on, and gone when it ends.
class Session {
 public:
  Session(const RunConfig& config, const RunOptions& options)
      : config_(config),
        options_(options),
        store_(open_run(options.folder, options.config_file, config, options.accept)),
        space_(config.limits),
        log_(spdlog::basic_logger_st("run " + options.folder.string(), (options.folder / "run.log").string())),
        metrics_(config.metrics_port),
        workers_(config.workers, attempts()),
        started_(Clock::now()),
        spent_(number_of("spent_seconds")),
        deadline_(config.hours, config.until, spent_, started_) {
    log_->flush_on(spdlog::level::info);
    if (options.progress) line_.emplace(*options.progress, options.terminal);
    workers_.on_event = [this](const WorkerEvent& event) {
      if (event.lost_request()) metrics_.worker_died();
      say(to_text(event));
    };
    log_->info("madsearch {} begins, search {}", kVersion, config.hash());
  }

  ~Session() {
    if (options_.use) *options_.use = workers_.use();
    spdlog::drop(log_->name());
    try {
      store_.put_meta("spent_seconds", std::to_string(spent_ + seconds_between(started_, Clock::now())));
      log_->info("slots were busy for {:.1f} % of the time", 100 * busy_share(workers_.use()));
    } catch (...) {  // a full disk: the time of this session is not counted
    }
  }

  Ended go() {
    try {
      if (!search()) return Ended::kTimeUp;
      pretrain();
      store_.put_meta("finished", "yes");
      show(true);
      return Ended::kFinished;
    } catch (const Interrupted&) {
      const bool interrupted = options_.interrupted && *options_.interrupted;
      log_->info("ends: {}", interrupted ? "interrupted" : "the time is over");
      return interrupted ? Ended::kInterrupted : Ended::kTimeUp;
    }
  }

 private:
  Attempts attempts() {
    return {.begin = [this](const std::string& id) { return store_.begin_attempt(id); },
            .forget =
                [this](const std::string& id) {
                  try {  // while the run ends, perhaps as the disk is full; the next writer forgives it anyway
                    store_.forget_attempt(id);
                  } catch (const std::exception& error) {
                    log_->warn("attempt at {} not forgotten: {}", id, error.what());
                  }
                }};
  }

  double number_of(const std::string& key) const {
    const auto text = store_.meta(key);
    return text.empty() ? 0 : std::stod(text);
  }

  void say(const std::string& sentence) {
    log_->info(sentence);
    if (line_) line_->say(sentence);
  }

  /// Once a second while waiting: shows progress, closes the search when its share of the time is over. True if the run
  /// is to end.
  bool tick() {
    show(false);
    metrics_.workers(static_cast<std::int64_t>(workers_.workers().size()), workers_.waiting(),
                     busy_share(workers_.use()));
    const auto now = Clock::now();
    if (evolution_ && deadline_.search_over(now) && store_.meta("closed_at").empty() &&
        evolution_->handed_out() < config_.search.evaluations) {
      evolution_->close();
      store_.transaction([&] {  // a resumed run closes at the same number
        store_.put_meta("closed_at", std::to_string(evolution_->handed_out()));
        store_.put_meta("closed_by", "time");
      });
      say("the search's share of the time is over after " + std::to_string(evolution_->handed_out()) +
          " evaluations: the front is confirmed on fresh seeds now. When a clock ends a search, the same seed may end "
          "elsewhere.");
    }
    return (options_.interrupted && *options_.interrupted) || deadline_.over(now);
  }

  void show(bool now) {
    if (!line_) return;
    status_.seconds_left = 0;
    const auto elapsed = seconds_between(started_, Clock::now());
    if (fresh_ > 0 && status_.phase != "pretrain") {
      status_.per_hour = static_cast<double>(fresh_) / elapsed * 3600;
      status_.seconds_left =
          static_cast<double>(status_.planned - status_.evaluations) / static_cast<double>(fresh_) * elapsed;
      if (deadline_.limited())
        status_.seconds_left = std::min(status_.seconds_left, std::max(1.0, deadline_.seconds_left(Clock::now())));
    }
    line_->show(status_, now);
  }

  /// False if there was no time for all of it.
  bool search() {
    auto search = config_.search;
    if (const auto closed = store_.meta("closed_at"); !closed.empty())
      search.evaluations = std::min<std::int64_t>(search.evaluations, std::stoll(closed));
    std::vector<SeedDesign> seeds;
    for (const auto& design : config_.seeds) seeds.push_back({design.name, text(design.genome)});
    evolution_.emplace(space_, search, Seed{config_.seed}.derive("search"), std::move(seeds));
    status_.planned = search.evaluations +
                      search.confirm_seeds * (static_cast<std::int64_t>(config_.seeds.size()) + search.confirm_members);

    BatteryEvaluator evaluator(config_, space_, store_, workers_, [this] { return tick(); });
    evaluator.on_training = [this](const TrainingRecord& record) {
      metrics_.training(record);
      if (record.outcome != Outcome::kOk) log_->warn("{}: {} {}", record.id, to_text(record.outcome), record.message);
    };
    evaluator.on_finished = [this](const EvaluationRecord& record, bool replayed) { finished(record, replayed); };
    run_evolution(*evolution_, evaluator,
                  workers_.slots() + 1);  // one to spare: no slot waits while the search thinks and the store writes
    for (const auto& [name, counts] : evolution_->operators())
      store_.put_meta("operator." + name, std::to_string(counts.first) + " " + std::to_string(counts.second));
    store_.put_meta("signature", evolution_->signature());
    log_->info("search and confirmation are done: {} evaluations, signature {}", evolution_->handed_out(),
               evolution_->signature());
    return evolution_->finished();
  }

  void finished(const EvaluationRecord& record, bool replayed) {
    ++status_.evaluations;
    if (record.rung == Rung::kProbe) ++status_.probes;
    if (record.rung == Rung::kBattery) ++status_.batteries;
    if (record.rung == Rung::kConfirm) ++status_.confirms, status_.phase = "confirm";
    if (record.outcome != Outcome::kOk) ++status_.failed;
    if (replayed) return;
    ++fresh_;
    log_->info("evaluation {}: {} {} seed set {}: {} score {:.4f}, {:.1f} core seconds", record.number, record.hash,
               to_text(record.rung), record.seed_set, to_text(record.outcome), record.score, record.core_seconds);
    metrics_.evaluation(record.rung, record.outcome);
    if (record.rung != Rung::kProbe) {
      const auto report = read_front(store_);
      status_.front = static_cast<std::int64_t>(report.front.size());
      status_.hypervolume = report.hypervolume;
      metrics_.front(report.front.size(), report.hypervolume);
    }
    show(false);
  }

  PretrainRequest request(const Chosen& chosen) const {
    const auto& pretrain = config_.pretrain;
    PretrainRequest out;
    out.id = "pretrain/" + chosen.hash;
    out.design = chosen.text;
    out.data = pretrain.data;
    out.vocabulary = pretrain.vocabulary;
    out.separator = pretrain.separator;
    out.bytes_per_token = pretrain.bytes_per_token;
    out.flops = pretrain.flops;
    out.parameters = pretrain.parameters;
    out.base_width = config_.battery.width;
    out.repeat = pretrain.repeat;
    out.length = pretrain.length;
    out.batch = pretrain.batch;
    out.learning_rates = pretrain.learning_rates;
    out.seed = Seed{config_.seed}.derive("pretrain").value;
    out.max_epochs = pretrain.max_epochs;
    out.checkpoint = (std::filesystem::absolute(options_.folder) / "checkpoints" / (chosen.hash + ".pt")).string();
    return out;
  }

  void pretrain() {
    if (config_.pretrain.members == 0) return;
    evolution_.reset();
    status_.phase = "pretrain";
    std::map<std::string, Chosen> open;
    std::set<std::string> done;
    for (const auto& record : store_.pretrainings()) done.insert(record.hash);
    const auto chosen = choose_for_pretraining(store_, config_.pretrain, config_.limits.stages);
    status_.evaluations = 0;
    status_.planned = static_cast<std::int64_t>(chosen.size());
    for (const auto& design : chosen) {
      if (done.contains(design.hash)) {
        ++status_.pretrainings, ++status_.evaluations;
        continue;
      }
      auto asked = request(design);
      open.emplace(asked.id, design);
      workers_.submit(std::move(asked));
    }
    while (!open.empty()) {
      show(false);
      if (options_.interrupted && *options_.interrupted) throw Interrupted{};
      const auto reply = workers_.wait(0.5);
      const auto* pretrained = reply ? std::get_if<PretrainReply>(&*reply) : nullptr;
      if (!pretrained) continue;
      const auto design = open.find(pretrained->id);
      if (design == open.end()) continue;
      auto record = pretrained->record;
      record.hash = design->second.hash;
      record.text = design->second.text;
      record.role = design->second.role;
      store_.put(record);
      log_->info("pretrained {} ({}): {} {:.4f} bits per byte, {:.0f} core seconds {}", record.hash, record.role,
                 to_text(record.outcome), record.bits_per_byte, record.core_seconds, record.message);
      ++status_.pretrainings, ++status_.evaluations;
      open.erase(design);
    }
  }

  const RunConfig& config_;
  const RunOptions& options_;
  Store store_;
  Architectures space_;
  std::shared_ptr<spdlog::logger> log_;
  Metrics metrics_;
  Coordinator workers_;
  std::optional<Evolution> evolution_;
  std::optional<ProgressLine> line_;
  Status status_;
  std::int64_t fresh_ = 0;  // evaluations of this session
  Clock::time_point started_;
  double spent_;
  Deadline deadline_;
};

}  // namespace

Ended run(const RunConfig& config, const RunOptions& options) { return Session(config, options).go(); }

}  // namespace madsearch
