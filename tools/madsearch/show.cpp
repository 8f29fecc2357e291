#include <CLI/CLI.hpp>
#include <iostream>

#include "candidate.h"
#include "command.h"
#include "configs/text.h"
#include "engine/run/directory.h"
#include "front_view.h"
#include "numbers.h"
#include "report.h"
#include "results/run_meta.h"
#include "search/architecture/graph.h"
#include "search/architecture/parser.h"
#include "stored.h"
#include "table.h"
#include "training_view.h"

namespace madsearch {
namespace {

Record facts(const EvaluationRecord& evaluation) {
  Record out;
  add_fields(out, evaluation);
  out.set("tasks", evaluation.tasks_json.empty() ? Value() : Value::of_json(evaluation.tasks_json));
  out.remove("tasks_json");
  return out;
}

Record facts(const Store& store, const TrainingRecord& training) {
  Record out;
  add_fields(out, training);
  const auto curves = store.curves(training.id);
  out.set("curves", curves.empty() ? Value() : Value::of_json(curves));
  return out;
}

/// What a store holds of one candidate.
struct History {
  std::vector<Record> evaluations;  // each with its trainings
  std::vector<Record> trainings;    // each with where it belongs: number, rung, seed set, task, setting
};

History history_of(const Store& store, const CandidateRecord& candidate) {
  History out;
  for (const auto& evaluation : store.evaluations()) {
    if (evaluation.hash != candidate.hash) continue;
    std::vector<Record> trainings;
    for (const auto& training : store.trainings(evaluation.number)) {
      trainings.push_back(facts(store, training));
      auto& row = out.trainings.emplace_back(trainings.back());
      row.set("number", evaluation.number);
      row.set("rung", to_text(evaluation.rung));
      row.set("seed_set", evaluation.seed_set);
      row.set("task", training.task);
      row.set("setting", training.setting);
    }
    out.evaluations.push_back(facts(evaluation));
    out.evaluations.back().set("trainings", trainings);
  }
  return out;
}

std::string outcome_text(const Record& evaluation) {
  return evaluation.at("finished").truth() ? evaluation.at("outcome").text() : "under way";
}

/// A score, where there is one to show.
std::function<std::string(const Record&)> if_ok(const char* field) {
  return [field](const Record& evaluation) {
    const bool ok = outcome_text(evaluation) == to_text(Outcome::kOk);
    return ok ? shown("%.3f", evaluation.at(field).number()) : "";
  };
}

std::string lineage_text(const Store& store, const CandidateRecord& candidate) {
  std::string out = candidate.hash + "  " + short_text(candidate.text) + "\n  origin " + candidate.origin +
                    ", born at evaluation " + std::to_string(candidate.born) + "\n";
  for (const auto& parent : candidate.parents)
    for (const auto& other : store.candidates())
      if (other.hash == parent) out += "  parent " + short_id(parent) + "  " + short_text(other.text) + "\n";
  return out;
}

/// "state at 4096 tokens 131,072 exact, 131,072 mad"
std::string state_text(std::int64_t length, std::int64_t exact, std::int64_t mad) {
  return "state at " + std::to_string(length) + " tokens " + grouped(exact) + " exact, " + grouped(mad) + " mad";
}

std::string size_text(const CandidateRecord& candidate, const RunMeta& meta) {
  const auto active = candidate.active_parameters ? candidate.active_parameters : candidate.parameters;
  const auto served = served_length(meta);
  auto out = "  parameters " + grouped(candidate.parameters) + " (active " + grouped(active) + "), FLOPs " +
             grouped(candidate.flops) + "\n  " + state_text(served, candidate.served_state, candidate.served_state_mad);
  if (served != meta.length)
    out += "; " + state_text(meta.length, candidate.state_exact, candidate.state_mad) + ", the battery's length";
  return out + "\n";
}

std::string history_text(const History& history) {
  const Table evaluations({{"number", "number"},
                           {"rung<", "rung"},
                           {"seed set", "seed_set"},
                           {"outcome<", outcome_text},
                           {"score", if_ok("score")},
                           {"test", if_ok("test_score")},
                           {"core s", "core_seconds", number("%.1f")}},
                          history.evaluations);
  const Table trainings({{"rung<", "rung"},
                         {"seed set", "seed_set"},
                         {"task<", "task"},
                         {"setting", "setting"},
                         {"outcome<", outcome_and_edge},
                         {"val A", "validation_a", number("%.3f")},
                         {"val B", "validation_b", number("%.3f")},
                         {"test", "test", number("%.3f")},
                         {"rate", "learning_rate", number("%g")},
                         {"trained", "trainings"},
                         {"steps", "steps"},
                         {"core s", "core_seconds", number("%.1f")},
                         {"message<", "message"}},
                        history.trainings);
  return evaluations.text() +
         "\ntrainings (accuracies; edge: the best learning rate lies at the end of those tried; trained: grid "
         "points, one beyond the edge\nof the grid included)\n" +
         trainings.text();
}

std::string history_csv(const History& history) {
  return Table({{"number", "number"},
                {"rung<", "rung"},
                {"seed_set", "seed_set"},
                {"task<", "task"},
                {"setting", "setting"},
                {"outcome<", "outcome"},
                {"validation_a", "validation_a", number("%.6f")},
                {"validation_b", "validation_b", number("%.6f")},
                {"test", "test", number("%.6f")}},
               history.trainings)
      .csv();
}

Report report(const Store& store, const CandidateRecord& candidate) {
  const auto history = history_of(store, candidate);
  const auto meta = read_meta(store);
  const Record record = {{"id", candidate.hash},
                         {"text", short_text(candidate.text)},
                         {"origin", candidate.origin},
                         {"parents", candidate.parents},
                         {"born", candidate.born},
                         {"parameters", candidate.parameters},
                         {"active_parameters", candidate.active_parameters},
                         {"flops", candidate.flops},
                         {"state_exact", candidate.state_exact},
                         {"state_mad", candidate.state_mad},
                         {"served_state", candidate.served_state},
                         {"served_state_mad", candidate.served_state_mad},
                         {"state_length", served_length(meta)},
                         {"length", meta.length},
                         {"evaluations", history.evaluations}};
  return {record, lineage_text(store, candidate) + size_text(candidate, meta) + "\n" + history_text(history),
          history_csv(history)};
}

struct Flags {
  std::string folder, id;
  bool dot = false;
  Format format = Format::kText;
};

void show(const Flags& flags) {
  const auto store = store_in(flags.folder);
  const auto candidate = candidate_of(store, flags.id);
  if (flags.dot)
    std::cout << Graph(parse_expanded(candidate.text)).dot(short_text(candidate.text));
  else
    print(report(store, candidate), flags.format);
}

}  // namespace

void add_show(CLI::App& app, int& code) {
  auto flags = std::make_shared<Flags>();
  auto* command = app.add_subcommand("show", "Show one candidate of a run: lineage, evaluations, trainings");
  command->add_option("DIR", flags->folder, "the run's folder")->required();
  command->add_option("ID", flags->id, "its id, or the beginning of it")->required();
  command->add_flag("--dot", flags->dot, "its graph, for Graphviz");
  add_format(*command, flags->format);
  command->callback([flags, &code] {
    show(*flags);
    code = 0;
  });
}

}  // namespace madsearch
