#include <CLI/CLI.hpp>
#include <algorithm>

#include "command.h"
#include "configs/errors.h"
#include "configs/text.h"
#include "engine/run/config.h"
#include "named.h"
#include "ranges.h"
#include "report.h"
#include "stored.h"
#include "table.h"
#include "training_view.h"

namespace madsearch {
namespace {

struct Flags {
  std::string design, task;
  std::vector<std::string> set;
  std::int64_t width = 64;
  std::int64_t steps = 1000;
  std::int64_t batch = 32;
  std::int64_t evaluation_examples = 512;
  std::int64_t seed = 1;
  std::vector<double> rates = {3e-3}, decays = {0.1};
  std::string protocol = "madsearch", norm = "rmsnorm";
  bool distil = false;
  WorkerFlags workers;
  Format format = Format::kText;
};

/// A value of `item`, "NAME=NUMBER".
double value_in(const std::string& item) {
  const auto equals = item.find('=');
  const auto value = equals == std::string::npos ? std::nullopt : number_of(item.substr(equals + 1));
  if (!value) throw ConfigError("--set takes NAME=NUMBER, not " + in_quotes(item));
  return *value;
}

/// The task's baseline with the values of `given`, each "NAME=NUMBER".
TaskValues values_of(const Task& task, const std::vector<std::string>& given) {
  auto out = task.baseline;
  const auto names = task.settings();
  for (const auto& item : given) {
    const auto name = item.substr(0, item.find('='));
    if (std::find(names.begin(), names.end(), name) == names.end())
      throw ConfigError("task " + task.name + " has no setting " + in_quotes(name) + did_you_mean(name, names));
    task.set(out, name, value_in(item));
  }
  if (const auto sentence = task.valid(out); !sentence.empty())
    throw ConfigError("task " + task.name + ": " + sentence);
  return out;
}

TrainRequest request_of(const Flags& flags, const Task& task) {
  TrainRequest out;
  out.id = "train";
  out.setting.setting = {task.name, values_of(task, flags.set), "baseline"};
  const auto& values = out.setting.setting.values;
  out.protocol = protocol_named(flags.protocol);
  const auto design = find_design(flags.design, configs_folder());
  const Shape shape{flags.width, task.input_length(values), out.protocol};
  out.design = expanded_text(solved(design.name, design.genome, shape).genome);
  out.setting.steps = flags.steps;
  out.setting.batch = flags.batch;
  out.setting.train_examples = values.count("examples");
  out.setting.evaluation_examples = flags.evaluation_examples;
  for (const auto rate : flags.rates)
    for (const auto decay : flags.decays) out.grid.push_back({rate, decay});
  out.seed = static_cast<std::uint64_t>(flags.seed);
  out.width = flags.width;
  out.norm = flags.norm;
  out.distil = flags.distil;
  return out;
}

/// A training and what it is held against.
Record facts(const Flags& flags, const Task& task, const TrainRequest& request, const TrainReply& reply) {
  const auto& values = request.setting.setting.values;
  Record out = {{"text", text(find_design(flags.design, configs_folder()).genome)}};
  add_fields(out, reply.record);
  out.set("task", task.name);
  out.set("chance", task.chance(values));
  out.set("oracle", task.oracle(values, request.protocol));
  if (flags.distil)
    out.set("distilled", Record{{"state_exact", reply.distilled.state_exact},
                                {"state", reply.distilled.state},
                                {"validation_b", reply.distilled.validation_b},
                                {"test", reply.distilled.test}});
  return out;
}

Table training_table(const Record& training) {
  return Table({{"task<", "task"},
                {"outcome<", outcome_and_edge},
                {"val A", "validation_a", number("%.4f")},
                {"val B", "validation_b", number("%.4f")},
                {"test", "test", number("%.4f")},
                {"macro", "test_macro", number("%.4f")},
                {"chance", "chance", number("%.4f")},
                {"oracle", "oracle", number("%.4f")},
                {"loss", "test_loss", number("%.4f")},
                {"rate", "learning_rate", number("%g")},
                {"decay", "weight_decay", number("%g")},
                {"trained", "trainings"},
                {"steps", "steps"},
                {"core s", "core_seconds", number("%.1f")},
                {"message<", "message"}},
               {training});
}

Table distilled_table(const Record& training) {
  Table out({{"form<", "form"},
             {"state", "state"},
             {"val B", "validation_b", number("%.4f")},
             {"test", "test", number("%.4f")}});
  const auto& distilled = training.at("distilled").record();
  out.add({{"form", "exact"},
           {"state", distilled.at("state_exact")},
           {"validation_b", training.at("validation_b")},
           {"test", training.at("test")}});
  out.add({{"form", "distilled"},
           {"state", distilled.at("state")},
           {"validation_b", distilled.at("validation_b")},
           {"test", distilled.at("test")}});
  return out;
}

Report report(const Record& training, bool distilled) {
  const auto table = training_table(training);
  Report out{training, table.text(""), table.csv()};
  if (!distilled) return out;
  const auto twice = distilled_table(training);
  out.text += "\n" + twice.text("");
  out.csv += "\n" + twice.csv();
  return out;
}

int train(const Flags& flags) {
  const auto& task = task_named(flags.task);
  const auto request = request_of(flags, task);
  const auto replies = answers(flags.workers.one_slot(), {request}, "training");
  const auto& reply = reply_as<TrainReply>(replies.front());
  print(report(facts(flags, task, request, reply), flags.distil), flags.format);
  return reply.record.outcome == Outcome::kOk ? 0 : 1;
}

}  // namespace

void add_train(CLI::App& app, int& code) {
  auto flags = std::make_shared<Flags>();
  auto* command = app.add_subcommand("train", "Train a design on one task");
  command->add_option("DESIGN", flags->design, "a name, a YAML file or a text")->required();
  command->add_option("--task", flags->task, "a name of `madsearch list tasks`")->required();
  command->add_option("--set", flags->set, "NAME=VALUE of the task, e.g. vocabulary=32 length=64");
  command->add_option("--width", flags->width, "channels of the model")
      ->check(integers(4, 8192))
      ->capture_default_str();
  command->add_option("--steps", flags->steps, "optimizer steps")
      ->check(integers(1, kMostSteps))
      ->capture_default_str();
  command->add_option("--batch", flags->batch, "examples of a step")
      ->check(integers(1, kMostBatch))
      ->capture_default_str();
  command->add_option("--evaluation-examples", flags->evaluation_examples, "examples of each held-out split")
      ->check(integers(1, 1'000'000))
      ->capture_default_str();
  command->add_option("--learning-rates", flags->rates, "each is tried")
      ->delimiter(',')
      ->check(numbers(1e-9, 10))
      ->capture_default_str();
  command->add_option("--weight-decays", flags->decays, "each is tried with each learning rate")
      ->delimiter(',')
      ->check(numbers(0, 10))
      ->capture_default_str();
  command->add_option("--seed", flags->seed, "of data, weights and order")
      ->check(integers(0, kMostSeed))
      ->capture_default_str();
  add_protocol(*command, flags->protocol);
  command->add_option("--norm", flags->norm, "in front of each block")
      ->check(CLI::IsMember({"rmsnorm", "layernorm"}))
      ->capture_default_str();
  command->add_flag("--distil", flags->distil, "also score it with its long convolutions replaced by recurrences");
  add_workers(*command, flags->workers);
  add_format(*command, flags->format);
  command->callback([flags, &code] { code = train(*flags); });
}

}  // namespace madsearch
