#include <CLI/CLI.hpp>
#include <cmath>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

#include "command.h"
#include "engine/dispatch/battery_trainings.h"
#include "engine/run/config.h"
#include "engine/run/directory.h"
#include "mad_tasks/score.h"
#include "results/run_meta.h"
#include "search/architecture/parser.h"

namespace madsearch {
namespace {

/// What is wrong with a run's store, a sentence each: every score is computed again from its trainings.
std::vector<std::string> problems(const Store& store, const RunConfig& config) {
  std::vector<std::string> out;
  std::map<std::string, CandidateRecord> candidates;
  for (auto& candidate : store.candidates()) {
    if (hash(parse(candidate.text)) != candidate.hash)
      out.push_back("candidate " + candidate.hash + ": its text has another hash");
    candidates.emplace(candidate.hash, candidate);
  }
  if (read_meta(store).battery_hash != config.battery.hash())
    out.push_back("the battery \"" + config.battery.name + "\" is not the one this run was scored on");
  std::map<std::string, std::int64_t> seen;
  for (const auto& e : store.evaluations()) {
    const auto name = "evaluation " + std::to_string(e.number);
    if (!candidates.contains(e.hash)) out.push_back(name + ": its candidate " + e.hash + " is missing");
    const auto key = e.hash + "/" + to_text(e.rung) + "/" + std::to_string(e.seed_set);
    if (const auto [place, first] = seen.emplace(key, e.number); !first)
      out.push_back(name + ": done before, as evaluation " + std::to_string(place->second));
    if (!e.finished) continue;
    const auto& battery = e.rung == Rung::kProbe && config.probe ? *config.probe : config.battery;
    std::vector<std::vector<double>> accuracies;
    bool complete = true, ok = true;
    for (const auto& task : battery.tasks) {
      auto& row = accuracies.emplace_back();
      for (std::size_t j = 0; j < task.settings.size(); ++j) {
        const auto training = store.training(key + "/" + task.task + "/" + std::to_string(j));
        complete = complete && training;
        ok = ok && training && training->outcome == Outcome::kOk;
        row.push_back(!training ? 0 : scored_accuracy(battery, *training));
      }
    }
    if (!complete) {
      out.push_back(name + ": finished, but trainings are missing");
    } else if (ok != (e.outcome == Outcome::kOk)) {
      out.push_back(name + ": outcome " + to_text(e.outcome) + " does not follow from its trainings");
    } else if (ok && std::abs(battery_score(battery, accuracies).score - e.score) > 1e-9) {
      out.push_back(name + ": score " + std::to_string(e.score) + ", but its trainings give " +
                    std::to_string(battery_score(battery, accuracies).score));
    }
  }
  return out;
}

}  // namespace

void add_check(CLI::App& app, int& code) {
  struct Flags {
    std::string folder;
    Format format = Format::kText;
  };
  auto flags = std::make_shared<Flags>();
  auto* command = app.add_subcommand(
      "check",
      "Check a run's store: every record complete, nothing done twice, every score follows from its trainings");
  command->add_option("DIR", flags->folder, "the run's folder")->required();
  add_format(*command, flags->format);
  command->callback([flags, &code] {
    const std::filesystem::path folder = flags->folder;
    const Store store(folder / "search.db", Store::Mode::kRead);
    const auto found = problems(store, read_run(stored_config(folder), configs_folder()));
    const auto evaluations = store.evaluations().size();
    if (flags->format == Format::kJson) {
      std::cout << nlohmann::ordered_json{{"evaluations", evaluations}, {"problems", found}}.dump(2) << "\n";
    } else {
      for (const auto& sentence : found) std::cout << sentence << "\n";
      if (flags->format == Format::kText)
        std::cout << evaluations << " evaluations checked, "
                  << (found.empty() ? "no problem" : std::to_string(found.size()) + " problems") << "\n";
    }
    code = found.empty() ? 0 : 1;
  });
}

}  // namespace madsearch
