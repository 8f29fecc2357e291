#include <CLI/CLI.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "command.h"
#include "configs/errors.h"
#include "front_view.h"
#include "results/store.h"
#include "search/architecture/graph.h"
#include "search/architecture/parser.h"
#include "table.h"

namespace madsearch {
namespace {

using Json = nlohmann::ordered_json;

CandidateRecord candidate_of(const Store& store, const std::string& id) {
  std::vector<CandidateRecord> found;
  for (auto& candidate : store.candidates())
    if (candidate.hash.starts_with(id)) found.push_back(std::move(candidate));
  if (found.empty())
    throw ConfigError("no candidate of this run has an id that begins with \"" + id +
                      "\"; `madsearch front DIR` lists ids");
  if (found.size() > 1)
    throw ConfigError(std::to_string(found.size()) + " candidates have ids that begin with \"" + id +
                      "\"; write more of it");
  return found.front();
}

Json evaluation_json(const EvaluationRecord& e) {
  return {{"number", e.number},
          {"rung", to_text(e.rung)},
          {"seed_set", e.seed_set},
          {"finished", e.finished},
          {"outcome", to_text(e.outcome)},
          {"score", e.score},
          {"test_score", e.test_score},
          {"violation", e.violation},
          {"core_seconds", e.core_seconds},
          {"tasks", e.tasks_json.empty() ? Json(nullptr) : Json::parse(e.tasks_json)}};
}

Json training_json(const TrainingRecord& t) {
  return {{"id", t.id},
          {"outcome", to_text(t.outcome)},
          {"validation_a", t.validation_a},
          {"validation_b", t.validation_b},
          {"test", t.test},
          {"test_macro", t.test_macro},
          {"test_loss", t.test_loss},
          {"learning_rate", t.learning_rate},
          {"weight_decay", t.weight_decay},
          {"edge", t.edge},
          {"trainings", t.trainings},
          {"steps", t.steps},
          {"core_seconds", t.core_seconds},
          {"message", t.message}};
}

void show_text(const Store& store, const CandidateRecord& c) {
  std::cout << c.hash << "  " << c.text << "\n  origin " << c.origin << ", born at evaluation " << c.born << "\n";
  for (const auto& parent : c.parents)
    for (const auto& other : store.candidates())
      if (other.hash == parent) std::cout << "  parent " << short_id(parent) << "  " << other.text << "\n";
  std::cout << "  parameters " << grouped(c.parameters) << " (active "
            << grouped(c.active_parameters ? c.active_parameters : c.parameters) << "), FLOPs " << grouped(c.flops)
            << ", state " << grouped(c.state_exact) << " exact, " << grouped(c.state_mad) << " mad\n\n";
  Table evaluations({"number", "rung<", "seed set", "outcome<", "score", "test", "core s"});
  Table trainings({"rung<", "seed set", "task<", "setting", "outcome<", "val A", "val B", "test", "rate", "trained",
                   "steps", "core s", "message<"});
  for (const auto& e : store.evaluations()) {
    if (e.hash != c.hash) continue;
    const bool ok = e.finished && e.outcome == Outcome::kOk;
    evaluations.add({std::to_string(e.number), to_text(e.rung), std::to_string(e.seed_set),
                     e.finished ? to_text(e.outcome) : "under way", ok ? shown("%.3f", e.score) : "",
                     ok ? shown("%.3f", e.test_score) : "", shown("%.1f", e.core_seconds)});
    for (const auto& t : store.trainings(e.number))
      trainings.add({to_text(e.rung), std::to_string(e.seed_set), t.task, std::to_string(t.setting),
                     to_text(t.outcome) + (t.edge ? " (edge)" : ""), shown("%.3f", t.validation_a),
                     shown("%.3f", t.validation_b), shown("%.3f", t.test), shown("%g", t.learning_rate),
                     std::to_string(t.trainings), std::to_string(t.steps), shown("%.1f", t.core_seconds), t.message});
  }
  std::cout << evaluations.text()
            << "\ntrainings (accuracies; edge: the best learning rate lies at the end of those tried; trained: grid "
               "points, one beyond the edge\nof the grid included)\n"
            << trainings.text();
}

}  // namespace

void add_show(CLI::App& app, int& code) {
  struct Flags {
    std::string folder, id;
    bool dot = false;
    Format format = Format::kText;
  };
  auto flags = std::make_shared<Flags>();
  auto* command = app.add_subcommand("show", "Show one candidate of a run: lineage, evaluations, trainings");
  command->add_option("DIR", flags->folder, "the run's folder")->required();
  command->add_option("ID", flags->id, "its id, or the beginning of it")->required();
  command->add_flag("--dot", flags->dot, "its graph, for Graphviz");
  add_format(*command, flags->format);
  command->callback([flags, &code] {
    const Store store(std::filesystem::path(flags->folder) / "search.db", Store::Mode::kRead);
    const auto c = candidate_of(store, flags->id);
    code = 0;
    if (flags->dot) {
      std::cout << Graph(parse(c.text)).dot(c.text);
      return;
    }
    if (flags->format == Format::kText) return show_text(store, c);
    Table csv({"number", "rung<", "seed_set", "task<", "setting", "outcome<", "validation_a", "validation_b", "test"});
    Json out = {{"id", c.hash},
                {"text", c.text},
                {"origin", c.origin},
                {"parents", c.parents},
                {"born", c.born},
                {"parameters", c.parameters},
                {"active_parameters", c.active_parameters},
                {"flops", c.flops},
                {"state_exact", c.state_exact},
                {"state_mad", c.state_mad},
                {"evaluations", Json::array()}};
    for (const auto& e : store.evaluations()) {
      if (e.hash != c.hash) continue;
      auto row = evaluation_json(e);
      row["trainings"] = Json::array();
      for (const auto& t : store.trainings(e.number)) {
        row["trainings"].push_back(training_json(t));
        csv.add({std::to_string(e.number), to_text(e.rung), std::to_string(e.seed_set), t.task,
                 std::to_string(t.setting), to_text(t.outcome), shown("%.6f", t.validation_a),
                 shown("%.6f", t.validation_b), shown("%.6f", t.test)});
      }
      out["evaluations"].push_back(std::move(row));
    }
    std::cout << (flags->format == Format::kJson ? out.dump(2) + "\n" : csv.csv());
  });
}

}  // namespace madsearch
