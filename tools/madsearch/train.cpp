#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "command.h"
#include "configs/errors.h"
#include "configs/text.h"
#include "engine/run/config.h"
#include "mad_tasks/table.h"
#include "search/architecture/validity.h"
#include "table.h"

namespace madsearch {
namespace {

struct Flags {
  std::string design, task;
  std::vector<std::string> set;
  std::int64_t width = 64, steps = 1000, batch = 32, evaluation_examples = 512, seed = 1;
  std::vector<double> rates = {3e-3}, decays = {0.1};
  std::string protocol = "madsearch", norm = "rmsnorm";
  bool distil = false;
  WorkerFlags workers;
  Format format = Format::kText;
};

const Task& task_named(const std::string& name) {
  if (const auto* task = find_task(name)) return *task;
  std::vector<std::string> names;
  for (const auto& task : tasks()) names.push_back(task.name);
  throw ConfigError("unknown task \"" + name + "\"" + expected_one_of(names, name));
}

/// "vocabulary=32" over the task's baseline.
TaskValues values_of(const Task& task, const std::vector<std::string>& given) {
  auto out = task.baseline;
  std::vector<std::string> names;
  for (const auto& [name, value] : task.baseline) names.push_back(name);
  for (const auto& item : given) {
    const auto equals = item.find('=');
    const auto name = item.substr(0, equals);
    if (!task.baseline.has(name))
      throw ConfigError("task " + task.name + " has no setting \"" + name + "\"" + did_you_mean(name, names));
    try {
      std::size_t used = 0;
      out.set(name, std::stod(item.substr(std::min(item.size(), equals + 1)), &used));
      if (equals == std::string::npos || used != item.size() - equals - 1) throw std::invalid_argument(item);
    } catch (const std::exception&) {
      throw ConfigError("--set takes NAME=NUMBER, not \"" + item + "\"");
    }
  }
  if (const auto sentence = task.valid(out); !sentence.empty())
    throw ConfigError("task " + task.name + ": " + sentence);
  return out;
}

}  // namespace

void add_train(CLI::App& app, int& code) {
  auto flags = std::make_shared<Flags>();
  auto* command = app.add_subcommand("train", "Train a design on one task");
  command->add_option("DESIGN", flags->design, "a name, a YAML file or a text")->required();
  command->add_option("--task", flags->task, "a name of `madsearch list tasks`")->required();
  command->add_option("--set", flags->set, "NAME=VALUE of the task, e.g. vocabulary=32 length=64");
  command->add_option("--width", flags->width)->check(CLI::Range(4, 8192))->capture_default_str();
  command->add_option("--steps", flags->steps)->check(CLI::PositiveNumber)->capture_default_str();
  command->add_option("--batch", flags->batch)->check(CLI::PositiveNumber)->capture_default_str();
  command->add_option("--evaluation-examples", flags->evaluation_examples, "of each held-out split")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--learning-rates", flags->rates, "each is a replica")
      ->delimiter(',')
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--weight-decays", flags->decays, "crossed with the rates")
      ->delimiter(',')
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_option("--seed", flags->seed)->capture_default_str();
  command->add_option("--protocol", flags->protocol)
      ->check(CLI::IsMember({"madsearch", "mad-lab"}))
      ->capture_default_str();
  command->add_option("--norm", flags->norm)->check(CLI::IsMember({"rmsnorm", "layernorm"}))->capture_default_str();
  command->add_flag("--distil", flags->distil,
                    "then score it again with recurrences in place of its long convolutions' filters");
  add_workers(*command, flags->workers);
  add_format(*command, flags->format);
  command->callback([flags, &code] {
    const auto& task = task_named(flags->task);
    TrainRequest request;
    request.id = "train";
    request.setting.setting = {task.name, values_of(task, flags->set), "baseline"};
    const auto& values = request.setting.setting.values;
    request.protocol = flags->protocol == "mad-lab" ? Protocol::kMadLab : Protocol::kMadsearch;
    const Shape shape{flags->width, task.input_length(values),
                      flags->protocol == "mad-lab" ? Protocol::kMadLab : Protocol::kMadsearch};
    const auto design = find_design(flags->design, configs_folder());
    const auto sized = solve_sizes(design.genome, shape).genome;
    if (const auto sentence = invalid(sized, shape); !sentence.empty())
      throw ConfigError("design \"" + design.name + "\": " + sentence);
    request.design = text(sized);
    request.setting.steps = flags->steps;
    request.setting.batch = flags->batch;
    request.setting.train_examples = values.count("examples");
    request.setting.evaluation_examples = flags->evaluation_examples;
    for (const auto rate : flags->rates)
      for (const auto decay : flags->decays) request.grid.push_back({rate, decay});
    request.seed = static_cast<std::uint64_t>(flags->seed);
    request.width = flags->width;
    request.norm = flags->norm;
    request.distil = flags->distil;
    auto workers = flags->workers.options();
    workers.devices.resize(1);
    workers.slots_per_device = 1;
    const auto reply = answers(workers, {request}, "training").front();
    const auto& trained = reply_as<TrainReply>(reply);
    const auto& r = trained.record;
    const auto& distilled = trained.distilled;
    const auto chance = task.chance(values), oracle = task.oracle(values, request.protocol);
    if (flags->format == Format::kJson) {
      auto out = nlohmann::ordered_json{{"text", text(design.genome)},
                                        {"task", task.name},
                                        {"outcome", to_text(r.outcome)},
                                        {"validation_a", r.validation_a},
                                        {"validation_b", r.validation_b},
                                        {"test", r.test},
                                        {"test_macro", r.test_macro},
                                        {"test_loss", r.test_loss},
                                        {"chance", chance},
                                        {"oracle", oracle},
                                        {"learning_rate", r.learning_rate},
                                        {"weight_decay", r.weight_decay},
                                        {"edge", r.edge},
                                        {"trainings", r.trainings},
                                        {"steps", r.steps},
                                        {"core_seconds", r.core_seconds},
                                        {"message", r.message}};
      if (flags->distil)
        out["distilled"] = {{"state_exact", distilled.state_exact},
                            {"state", distilled.state},
                            {"validation_b", distilled.validation_b},
                            {"test", distilled.test}};
      std::cout << out.dump(2) << "\n";
    } else {
      Table table({"task<", "outcome<", "val A", "val B", "test", "macro", "chance", "oracle", "loss", "rate", "decay",
                   "trained", "steps", "core s", "message<"});
      table.add({task.name, to_text(r.outcome) + (r.edge ? " (edge)" : ""), shown("%.4f", r.validation_a),
                 shown("%.4f", r.validation_b), shown("%.4f", r.test), shown("%.4f", r.test_macro),
                 shown("%.4f", chance), shown("%.4f", oracle), shown("%.4f", r.test_loss), shown("%g", r.learning_rate),
                 shown("%g", r.weight_decay), std::to_string(r.trainings), std::to_string(r.steps),
                 shown("%.1f", r.core_seconds), r.message});
      std::cout << (flags->format == Format::kCsv ? table.csv() : table.text(""));
      if (flags->distil) {
        Table twice({"form<", "state", "val B", "test"});
        twice.add(
            {"exact", std::to_string(distilled.state_exact), shown("%.4f", r.validation_b), shown("%.4f", r.test)});
        twice.add({"distilled", std::to_string(distilled.state), shown("%.4f", distilled.validation_b),
                   shown("%.4f", distilled.test)});
        std::cout << "\n" << (flags->format == Format::kCsv ? twice.csv() : twice.text(""));
      }
    }
    code = r.outcome == Outcome::kOk ? 0 : 1;
  });
}

}  // namespace madsearch
