#include <CLI/CLI.hpp>
#include <map>

#include "candidate.h"
#include "command.h"
#include "compare_view.h"
#include "configs/errors.h"
#include "engine/run/directory.h"
#include "engine/run/new_seed_sets.h"
#include "engine/study/study_log.h"
#include "engine/version.h"
#include "ranges.h"
#include "report.h"
#include "results/scoring.h"
#include "search/architecture/parser.h"

namespace madsearch {
namespace {

struct Flags {
  std::string folder, a, b, other, log;
  std::int64_t seeds = 0;
  WorkerFlags workers;
  bool own_workers = true;  // the run's
  Format format = Format::kText;
};

/// One of the two designs, and the run that it is of.
struct Side {
  std::string folder;
  Store store;
  ComparedRun run;
  ComparedDesign design;

  Side(const std::string& in, const std::string& word)
      : folder(in), store(store_in(in)), run(store, in), design(run.design(design_of(store, in, word))) {}
  Side(const Side&) = delete;
};

/// What workers answer to `requests`, in the same order; what the log holds is not asked for again.
std::vector<TrainingRecord> trained(const WorkerOptions& workers, std::vector<TrainRequest> requests, StudyLog* log) {
  std::map<std::string, TrainingRecord> done;
  std::map<std::string, TrainRequest> asked;
  std::vector<Request> missing;
  for (auto& request : requests) {
    request.id = study_key(request);
    if (const auto* known = log ? log->find(request.id) : nullptr)
      done[request.id] = known->record;
    else if (asked.emplace(request.id, request).second)
      missing.emplace_back(request);
  }
  const auto keep = [&](const Reply& reply) {
    auto answer = reply_as<TrainReply>(reply);
    const auto id = answer.record.id;
    const bool logged = log && is_final(answer.record.outcome);  // what isn't may be an accident of this machine
    answer.curves.clear();                                       // nobody reads them, and the files are large
    if (logged) log->add("compare", asked.at(id), answer);
    done[id] = logged ? log->find(id)->record : answer.record;  // rounded, as it is read the next time
  };
  if (!missing.empty()) answers(workers, std::move(missing), "training", keep);
  std::vector<TrainingRecord> out;
  for (const auto& request : requests) out.push_back(done.at(request.id));
  return out;
}

/// Trains both designs on new seed sets of the first one's run.
void spend_seeds(const Flags& flags, Side& a, Side& b) {
  if (scoring_of(a.design.meta) != kScoring)
    throw ConfigError(flags.folder + " was made by madsearch " + a.design.meta.version +
                      ", whose scores are of version " + std::to_string(scoring_of(a.design.meta)) + ", this is " +
                      kVersion + " with version " + std::to_string(kScoring) +
                      "; its scores can't be compared with new ones");
  const auto config = stored_run(a.store, a.folder, configs_folder());
  const auto sized = [&](const Side& side) {
    const auto own = stored_run(side.store, side.folder, configs_folder());  // sizes are solved as its run does
    return Architectures(own.limits).sized(parse_expanded(side.design.row.candidate.text)).genome;
  };
  auto requests = new_set_requests(config, sized(a), flags.seeds);
  const auto half = static_cast<std::ptrdiff_t>(requests.size());
  for (auto& request : new_set_requests(config, sized(b), flags.seeds)) requests.push_back(std::move(request));
  std::optional<StudyLog> log;
  if (!flags.log.empty()) log.emplace(flags.log);
  const auto workers = flags.own_workers ? config.workers : flags.workers.options();
  const auto all = trained(workers, std::move(requests), log ? &*log : nullptr);
  const auto made = [&](const Side& side, auto begin, auto end) {
    return new_set_evaluations(config, side.design.row.candidate.hash, {begin, end});
  };
  a.design.made = made(a, all.begin(), all.begin() + half);
  b.design.made = made(b, all.begin() + half, all.end());
}

/// Whether a new seed set, if any were spent, has a score of both.
bool worth_it(const Flags& flags, const ComparedDesign& a, const ComparedDesign& b) {
  for (std::size_t i = 0; i < a.made.size(); ++i)
    if (a.made[i].outcome == Outcome::kOk && b.made[i].outcome == Outcome::kOk) return true;
  return flags.seeds == 0;
}

int compare(const Flags& flags) {
  Side a(flags.folder, flags.a);
  Side b(flags.other.empty() ? flags.folder : flags.other, flags.b);
  check_comparable(a.design, b.design);
  if (flags.seeds > 0) spend_seeds(flags, a, b);
  print(compare_view(a.design, b.design, a.run), flags.format);
  return worth_it(flags, a.design, b.design) ? 0 : 1;
}

}  // namespace

void add_compare(CLI::App& app, int& code) {
  auto flags = std::make_shared<Flags>();
  auto* command = app.add_subcommand("compare", "Hold two designs against each other on the seeds both had");
  command->add_option("DIR", flags->folder, "the run's folder")->required();
  command->add_option("A", flags->a, "an id or its beginning, the name of a hand design, or a design's text")
      ->required();
  command->add_option("B", flags->b, "the other one")->required();
  command->add_option("--other", flags->other, "the folder of the run that B is of, if not DIR");
  auto* seeds =
      command->add_option("--seeds", flags->seeds,
                          "train both on so many new seed sets, which no run has, by the workers of DIR or those given "
                          "here; DIR is not changed");
  seeds->check(integers(1, 1000));
  command->add_option("--log", flags->log, "a folder that keeps these trainings; what it holds is not trained again")
      ->needs(seeds);
  add_workers(*command, flags->workers);
  add_format(*command, flags->format);
  command->callback([flags, command, &code] {
    flags->own_workers = command->count("--devices") + command->count("--slots") + command->count("--worker") == 0;
    code = compare(*flags);
  });
}

}  // namespace madsearch
