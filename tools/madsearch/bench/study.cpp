#include "study.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

namespace madsearch {

void add_study(CLI::App& command, StudyFlags& flags) {
  flags.file = (configs_folder() / "studies/fidelity.yaml").string();
  flags.log = (configs_folder().parent_path() / "docs/reference").string();
  command.add_option("--study", flags.file, "the designs, a file of configs/studies")->capture_default_str();
  const auto judged = [](const std::string& half) { return half == "judging" ? std::string("judged") : half; };
  command.add_option("--half", flags.half, "which designs or, of published results, papers; judging is judged")
      ->transform(judged, "")
      ->check(CLI::IsMember({"judged", "choosing", "all"}))
      ->capture_default_str();
  add_trials(command, flags);
}

std::vector<const StudyDesign*> chosen_designs(const StudyFlags& flags, const Study& study) {
  std::vector<const StudyDesign*> out;
  for (const auto& design : study.designs)
    if (flags.half == "all" || (flags.half == "judged") == design.judged) out.push_back(&design);
  return out;
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
