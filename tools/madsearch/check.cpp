#include <CLI/CLI.hpp>
#include <cmath>
#include <map>

#include "command.h"
#include "configs/text.h"
#include "engine/dispatch/battery_trainings.h"
#include "engine/run/config_reader.h"
#include "engine/run/directory.h"
#include "mad_tasks/score.h"
#include "named.h"
#include "report.h"
#include "results/retries.h"
#include "results/run_meta.h"
#include "search/architecture/parser.h"

namespace madsearch {
namespace {

/// A finished evaluation, done again from its trainings.
struct Recomputed {
  bool complete = true;  // all trainings are there
  bool ok = true;        // and all of them ended well
  double score = 0;      // if ok
};

Recomputed recomputed(const Store& store, const Battery& battery, const EvaluationRecord& evaluation) {
  Recomputed out;
  std::vector<std::vector<double>> accuracies;
  for (const auto& task : battery.tasks) {
    auto& row = accuracies.emplace_back();
    for (std::size_t j = 0; j < task.settings.size(); ++j) {
      const auto training = training_of(store, evaluation, task.task, j);
      if (!training) out.complete = false;
      if (!training || training->outcome != Outcome::kOk) out.ok = false;
      const auto accuracy = training ? scored_accuracy(battery, *training) : std::nullopt;
      if (!accuracy) out.ok = false;
      row.push_back(accuracy.value_or(0));
    }
  }
  if (out.ok) out.score = battery_score(battery, accuracies).score;
  return out;
}

/// What is wrong with a finished evaluation: the rest of a sentence, or nothing.
std::string problem_of(const EvaluationRecord& evaluation, const Recomputed& again) {
  if (!again.complete) return "finished, but trainings are missing";
  if (again.ok != (evaluation.outcome == Outcome::kOk))
    return "outcome " + to_text(evaluation.outcome) + " does not follow from its trainings";
  if (again.ok && (!evaluation.score || std::abs(again.score - *evaluation.score) > 1e-9))
    return "score " + (evaluation.score ? std::to_string(*evaluation.score) : "missing") + ", but its trainings give " +
           std::to_string(again.score);
  return "";
}

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
  for (const auto& evaluation : store.evaluations()) {
    const auto name = "evaluation " + std::to_string(evaluation.number);
    if (!candidates.contains(evaluation.hash))
      out.push_back(name + ": its candidate " + evaluation.hash + " is missing");
    if (const auto [place, first] = seen.emplace(evaluation_key(evaluation), evaluation.number); !first)
      out.push_back(name + ": done before, as evaluation " + std::to_string(place->second));
    if (!evaluation.finished) continue;
    const auto& battery = evaluation.rung == Rung::kProbe && config.probe ? *config.probe : config.battery;
    if (const auto problem = problem_of(evaluation, recomputed(store, battery, evaluation)); !problem.empty())
      out.push_back(name + ": " + problem);
  }
  return out;
}

Report report(std::size_t evaluations, const std::vector<std::string>& problems) {
  std::string sentences;
  for (const auto& sentence : problems) sentences += sentence + "\n";
  const auto found = problems.empty() ? "no problem" : std::to_string(problems.size()) + " problems";
  return {Record{{"evaluations", evaluations}, {"problems", problems}},
          sentences + std::to_string(evaluations) + " evaluations checked, " + found + "\n", sentences};
}

struct Flags {
  std::string folder;
  Format format = Format::kText;
};

int check(const Flags& flags) {
  const auto store = store_in(flags.folder);
  const auto found = problems(store, read_run(stored_config(flags.folder), configs_folder()));
  print(report(store.evaluations().size(), found), flags.format);
  return found.empty() ? 0 : 1;
}

}  // namespace

void add_check(CLI::App& app, int& code) {
  auto flags = std::make_shared<Flags>();
  auto* command = app.add_subcommand(
      "check",
      "Check a run's store: every record complete, nothing done twice, every score follows from its trainings");
  command->add_option("DIR", flags->folder, "the run's folder")->required();
  add_format(*command, flags->format);
  command->callback([flags, &code] { code = check(*flags); });
}

}  // namespace madsearch
