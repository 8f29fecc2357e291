#include "study.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <map>

#include "engine/run/config.h"
#include "results/scoring.h"
#include "tools/madsearch/ranges.h"

namespace madsearch {

void add_study(CLI::App& command, StudyFlags& flags) {
  flags.file = (configs_folder() / "studies/fidelity.yaml").string();
  flags.log = (configs_folder().parent_path() / "docs/reference").string();
  command.add_option("--study", flags.file, "the designs, a file of configs/studies")->capture_default_str();
  command.add_option("--log", flags.log, "the folder of the study's trainings; what it holds is not trained again")
      ->capture_default_str();
  const auto judged = [](const std::string& half) { return half == "judging" ? std::string("judged") : half; };
  command.add_option("--half", flags.half, "which designs or, of published results, papers; judging is judged")
      ->transform(judged, "")
      ->check(CLI::IsMember({"judged", "choosing", "all"}))
      ->capture_default_str();
  command.add_option("--seeds", flags.seeds, "seed sets")->check(integers(1, 100))->capture_default_str();
  command.add_flag("--stored", flags.stored, "train nothing: what is in the log alone");
  add_workers(command, flags.workers);
}

std::vector<const StudyDesign*> chosen_designs(const StudyFlags& flags, const Study& study) {
  std::vector<const StudyDesign*> out;
  for (const auto& design : study.designs)
    if (flags.half == "all" || (flags.half == "judged") == design.judged) out.push_back(&design);
  return out;
}

void train_missing(const StudyFlags& flags, const Battery& battery, const std::vector<const StudyDesign*>& designs,
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
  answers(flags.workers.options(), std::move(requests), battery.name + ": training", [&](const Reply& reply) {
    auto trained = reply_as<TrainReply>(reply);
    const auto outcome = trained.record.outcome;
    if (outcome == Outcome::kLost || outcome == Outcome::kTimedOut)
      return;  // accidents of this machine; tried again the next time
    const auto& request = asked.at(trained.record.id);
    if (request.early_stop) trained.curves.clear();  // nobody reads them, and the files are large
    log.add(battery.name, request, trained);
  });
}

std::vector<Compared> compared(const Battery& battery, std::int64_t seeds, const Battery& against,
                               std::int64_t against_seeds, const std::vector<const StudyDesign*>& designs,
                               const StudyLog& log, std::int64_t first) {
  std::vector<Compared> out;
  std::string missing;
  for (const auto* design : designs) {
    const auto longer = study_score(against, *design, against_seeds, log);
    auto score = study_score(battery, *design, seeds, log, first);
    if (longer.complete(against_seeds) && score.complete(seeds))
      out.push_back({design, mean(longer.scores), std::move(score)});
    else
      missing += "\n  " + text(design->genome);
  }
  if (!missing.empty()) std::cerr << "left out, not completed on both batteries:" << missing << "\n";
  return out;
}

}  // namespace madsearch
