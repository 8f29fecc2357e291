#include "trials.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <map>

#include "ranges.h"
#include "results/scoring.h"

namespace madsearch {

void add_trials(CLI::App& command, TrialFlags& flags) {
  command.add_option("--log", flags.log, "the folder of the trainings; what it holds is not trained again")
      ->capture_default_str();
  command.add_option("--seeds", flags.seeds, "seed sets")->check(integers(1, 100))->capture_default_str();
  command.add_flag("--stored", flags.stored, "train nothing: what is in the log alone");
  add_workers(command, flags.workers);
}

void train_missing(const TrialFlags& flags, const Battery& battery, const std::vector<const StudyDesign*>& designs,
                   std::int64_t seeds, StudyLog& log, std::int64_t first) {
  std::map<std::string, TrainRequest> asked;
  std::vector<Request> requests;
  const auto ask = [&](const TrainRequest& request) {
    if (!log.find(request.id) && asked.emplace(request.id, request).second) requests.push_back(request);
  };
  for (std::int64_t seed_set = first; seed_set < first + seeds; ++seed_set)
    for (const auto* design : designs)
      for (const auto& task : study_requests(battery, *design, seed_set))
        for (const auto& request : task) ask(request);
  if (requests.empty()) return;
  if (flags.stored) {
    std::cerr << requests.size() << " trainings of battery " << battery.name << " are not in " << flags.log;
    if (log.scored_otherwise() > 0)
      std::cerr << " as they are scored now (scoring " << kScoring << "); it has " << log.scored_otherwise()
                << " trainings of another scoring";
    std::cerr << "\n";
    return;
  }
  const auto keep = [&](const Reply& reply) {
    auto trained = reply_as<TrainReply>(reply);
    if (!is_final(trained.record.outcome)) return;  // may be an accident of this machine; tried again the next time
    const auto& request = asked.at(trained.record.id);
    if (request.early_stop) trained.curves.clear();  // nobody reads them, and the files are large
    log.add(battery.name, request, trained);
  };
  try {
    answers(flags.workers.options(), std::move(requests), battery.name + ": training", keep);
  } catch (const Interrupted&) {
    std::cerr << "\nwhat was trained is kept in " << flags.log << "; the same command goes on";
    throw;
  }
}

}  // namespace madsearch
