#include "engine/run/run.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

#include "command.h"
#include "configs/errors.h"
#include "configs/shell.h"
#include "configs/text.h"
#include "engine/run/config_reader.h"
#include "engine/run/data_check.h"
#include "engine/run/directory.h"
#include "engine/run/forecast.h"
#include "engine/run/imports.h"
#include "engine/run/memory_forecast.h"
#include "engine/run/pretraining_plans.h"
#include "engine/run/steering_reader.h"
#include "engine/run/terminal.h"
#include "front_view.h"
#include "plans_view.h"
#include "report.h"
#include "results/run_meta.h"

namespace madsearch {
namespace {

struct Flags {
  std::string config, folder, more, pools, assume;
  std::vector<std::string> retry;
  bool dry_run = false;
  bool accept = false;
  bool no_forecast = false;
  bool quiet = false;
};

/// Why a run that has ended is worth nothing, in one sentence; empty if it is worth something.
std::string nothing_achieved(const FrontReport& front) {
  if (front.completed == 0) return "nothing is achieved: no design has completed the battery";
  const auto& pretrainings = front.pretrainings;
  const bool all_failed =
      !pretrainings.empty() && std::none_of(pretrainings.begin(), pretrainings.end(),
                                            [](const PretrainingRecord& it) { return it.outcome == Outcome::kOk; });
  return all_failed ? "no pretraining succeeded; `madsearch front` says why, `madsearch resume` tries them again" : "";
}

FrontReport show_front(const std::string& folder) {
  const auto run = standing_run(folder);
  auto report = read_front(run.store);
  print(front_view(run, report), Format::kText);
  return report;
}

int go(const RunConfig& config, const Flags& flags) {
  RunOptions options{.folder = flags.folder, .accept = flags.accept, .interrupted = &interrupts()};
  options.columns = columns_of_stderr();
  for (const auto& outcome : flags.retry) options.retry.insert(outcome_from(outcome));
  if (!flags.quiet) options.progress = &std::cerr;
  Ended ended{};
  try {
    ended = run_search(config, options);
  } catch (const OtherData&) {
    show_front(flags.folder);
    throw;
  }
  if (ended == Ended::kInterrupted) {
    say("\ninterrupted; everything finished is saved, `madsearch resume " + shell_word(flags.folder) + "` goes on");
    return 130;
  }
  const auto front = show_front(flags.folder);
  if (ended == Ended::kTimeUp)
    say("the time is over; with more `hours` in the configuration (`--config`) `madsearch resume " +
        shell_word(flags.folder) +
        "` goes on with what is left of confirming and pretraining, with `--evaluations +N` also with the search");
  const auto missing = nothing_achieved(front);
  if (!missing.empty()) say(missing);
  return missing.empty() ? 0 : 1;
}

void show_forecast(const RunConfig& config, bool with_plans) {
  Coordinator workers(config.workers);  // one is started, and others only where that one fails
  workers.on_event = [](const WorkerEvent& event) { say(to_text(event)); };
  const auto plans = with_plans ? plan_pretraining(config, workers, &interrupts()) : std::vector<PretrainReply>{};
  const auto predicted = forecast(config, workers, &interrupts());
  say(to_text(predicted, config));
  if (with_plans) say(to_text(forecast_memory(config, workers, &interrupts())));
  if (const auto steered = steering_text(config); !steered.empty()) say(steered);
  if (with_plans)  // a run says it once it has begun
    for (const auto& note : import_notes(config.inputs)) say(note);
  if (!plans.empty()) say(plans_text(plans));
}

void show_assumed_forecast(const RunConfig& config, const std::string& machine) {
  say(to_text(forecast(config, assumed_machine(machine, configs_folder())), config));
}

/// "+200": so many more than the `planned` ones.
std::int64_t more_evaluations(const std::string& text, std::int64_t planned) {
  const auto more = text.starts_with('+') ? integer_of(text.substr(1)) : std::nullopt;
  if (!more || *more < 1 || *more > kMostEvaluations - planned)
    throw ConfigError("--evaluations takes \"+N\", so many more, up to " + std::to_string(kMostEvaluations) +
                      " in all, not " + in_quotes(text));
  return *more;
}

/// Measuring where workers wait in a queue would wait there twice.
bool all_elsewhere(const RunConfig& config) {
  return std::all_of(config.workers.pools.begin(), config.workers.pools.end(),
                     [](const Pool& pool) { return pool.elsewhere(); });
}

bool finished(const std::filesystem::path& folder) {
  try {
    return read_meta(store_in(folder)).finished;
  } catch (const ConfigError&) {  // there is none yet
    return false;
  }
}

/// The run's configuration, or a changed one, with what is to be added.
RunConfig continued(const Flags& flags) {
  const std::filesystem::path folder = flags.folder;
  auto out = flags.config.empty() ? stored_run(store_in(folder), folder, configs_folder())
                                  : with_added(read_run(flags.config, configs_folder()), folder);
  if (!flags.pools.empty()) out = with_pools(std::move(out), flags.pools);
  if (flags.more.empty()) return out;
  check_run(folder, out, flags.accept);  // what is added is asked for, other changes may not be
  const auto more = more_evaluations(flags.more, out.search.evaluations);
  out.search.evaluations += more;
  out.added += more;
  return out;
}

}  // namespace

void add_run(CLI::App& app, int& code) {
  auto flags = std::make_shared<Flags>();
  auto* command = app.add_subcommand("run", "Run a search; on the folder of the same search, go on with it");
  command->add_option("CONFIG", flags->config, "a file like configs/searches/quick.yaml")->required();
  command->add_option("--out", flags->folder, "the run's folder (default: runs/NAME of the configuration)");
  auto* dry_run = command->add_flag("--dry-run", flags->dry_run,
                                    "read everything, measure this machine, predict hours and memory, train nothing");
  command
      ->add_option("--assume", flags->assume,
                   "predict for a machine that is not at hand, a name of configs/machines (h100) or a file")
      ->needs(dry_run);
  command->add_flag("--accept", flags->accept, "go on although harmless settings differ from the folder's");
  command->add_flag("--no-forecast", flags->no_forecast, "begin without measuring this machine");
  command->add_flag("--quiet", flags->quiet, "no progress");
  command->callback([flags, &code] {
    auto config = read_run(flags->config, configs_folder());
    if (flags->folder.empty()) flags->folder = "runs/" + config.name;
    config = with_added(std::move(config), flags->folder);
    if (flags->dry_run) {
      if (flags->assume.empty())
        show_forecast(config, true);
      else
        show_assumed_forecast(config, flags->assume);
      code = 0;
      return;
    }
    check_run(flags->folder, config, flags->accept);  // refused before anything is measured
    if (!flags->no_forecast && !flags->quiet && !all_elsewhere(config) && !finished(flags->folder))
      show_forecast(config, false);  // the run itself plans its pretraining first
    code = go(config, *flags);
  });

  auto again = std::make_shared<Flags>();
  auto* resume = app.add_subcommand("resume", "Go on with a run that was interrupted, killed or is to become longer");
  resume->add_option("DIR", again->folder, "the run's folder")->required();
  resume->add_option("--config", again->config, "a changed configuration (default: the one that the folder holds)");
  resume->add_option("--pools", again->pools, "other pools from now on: a file with `pools:` alone");
  resume->add_option("--evaluations", again->more, "+N: so many more evaluations");
  resume->add_option("--retry", again->retry, "evaluations that ended so are tried again at the end: failed,lost")
      ->delimiter(',')
      ->check(CLI::IsMember({"failed", "lost", "timed_out", "out_of_memory"}));
  resume->add_flag("--accept", again->accept, "go on although harmless settings differ");
  resume->add_flag("--quiet", again->quiet, "no progress");
  resume->callback([again, &code] {
    const auto config = continued(*again);
    again->accept |= !again->more.empty();
    code = go(config, *again);
  });
}

}  // namespace madsearch
