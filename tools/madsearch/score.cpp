#include "mad_tasks/score.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <optional>

#include "command.h"
#include "configs/text.h"
#include "engine/dispatch/battery_trainings.h"
#include "engine/run/config.h"
#include "mad_tasks/table.h"
#include "named.h"
#include "numbers.h"
#include "ranges.h"
#include "report.h"
#include "results/comparison.h"
#include "results/interval.h"
#include "results/statistics.h"
#include "search/architecture/cost.h"
#include "search/architecture/windows.h"
#include "table.h"

namespace madsearch {
namespace {

struct Flags {
  std::vector<std::string> designs;
  std::string battery = "patient";
  std::int64_t seeds = 1;
  std::int64_t seed = 1;
  std::int64_t stages = 0;
  WorkerFlags workers;
  Format format = Format::kText;
};

/// One design's trainings on one seed, [task][setting].
using Trainings = std::vector<std::vector<TrainingRecord>>;

/// A design and what came of it.
struct Scored {
  Genome genome;
  Genome sized;
  std::int64_t state = 0;
  std::int64_t parameters = 0;
  std::string covering;  // its window that is as long as the battery's shortest sequence
  std::vector<Trainings> seeds;
  std::vector<double> scores;              // of each seed that is ok
  FreshResults fresh;                      // the same by seed, as losses
  std::vector<std::vector<double>> tasks;  // [task][seed that is ok]
  double core_seconds = 0;
};

std::vector<std::vector<double>> accuracies(const Battery& battery, const Trainings& trainings) {
  std::vector<std::vector<double>> out;
  for (const auto& task : trainings) {
    auto& row = out.emplace_back();
    for (const auto& training : task) row.push_back(scored_accuracy(battery, training).value());
  }
  return out;
}

bool all_ok(const Trainings& trainings) {
  for (const auto& task : trainings)
    for (const auto& training : task)
      if (training.outcome != Outcome::kOk) return false;
  return true;
}

std::vector<Design> designs_of(const Flags& flags) {
  std::vector<Design> out;
  for (const auto& name : flags.designs) {
    if (name != "all") {
      out.push_back(find_design(name, configs_folder()));
      continue;
    }
    for (auto& design : shipped_designs(configs_folder()))
      if (flags.stages == 0 || flags.stages % block_count(design.genome) == 0) out.push_back(std::move(design));
  }
  return out;
}

/// A design that is not trained yet.
Scored unscored(const Design& design, const Flags& flags, const Battery& battery) {
  const auto shape = shape_of(battery);
  Scored out;
  out.genome = flags.stages > 0 ? repeated(design, flags.stages) : design.genome;
  out.sized = solved(design.name, out.genome, shape).genome;
  const auto spent = cost(out.sized, shape);
  out.state = spent.state;
  out.parameters = spent.parameters;
  out.covering = covering_window(out.genome, battery.shortest());
  out.tasks.resize(battery.tasks.size());
  return out;
}

/// The trainings of all designs, by design, seed, task and setting.
std::vector<Request> requests_of(const std::vector<Scored>& designs, const Flags& flags, const Battery& battery) {
  const auto first = Seed{static_cast<std::uint64_t>(flags.seed)}.derive("score");
  std::vector<Request> out;
  for (const auto& design : designs)
    for (std::int64_t i = 0; i < flags.seeds; ++i) {
      const auto seed = first.derive(static_cast<std::uint64_t>(i));
      for (const auto& task : battery.tasks)
        for (const auto& setting : task.settings) {
          auto request = train_request(battery, setting, expanded_text(design.sized), seed);
          request.id = std::to_string(out.size());
          out.push_back(std::move(request));
        }
    }
  return out;
}

/// Takes one design's trainings on one more seed.
void add_seed(Scored& design, const Battery& battery, Trainings trainings) {
  for (const auto& task : trainings)
    for (const auto& training : task) design.core_seconds += training.core_seconds;
  if (all_ok(trainings)) {
    const auto result = battery_score(battery, accuracies(battery, trainings));
    design.scores.push_back(result.score);
    design.fresh[static_cast<std::int64_t>(design.seeds.size())] = {1 - result.score};
    for (std::size_t i = 0; i < result.tasks.size(); ++i) design.tasks[i].push_back(result.tasks[i].score);
  }
  design.seeds.push_back(std::move(trainings));
}

std::vector<Scored> score(const Flags& flags, const Battery& battery) {
  std::vector<Scored> out;
  for (const auto& design : designs_of(flags)) out.push_back(unscored(design, flags, battery));
  const auto replies = answers(flags.workers.options(), requests_of(out, flags, battery), "training");
  auto reply = replies.begin();
  for (auto& design : out)
    for (std::int64_t i = 0; i < flags.seeds; ++i) {
      Trainings trainings;
      for (const auto& task : battery.tasks) {
        auto& row = trainings.emplace_back();
        for (std::size_t j = 0; j < task.settings.size(); ++j) row.push_back(reply_as<TrainReply>(*reply++).record);
      }
      add_seed(design, battery, std::move(trainings));
    }
  return out;
}

Record setting_facts(const Battery& battery, std::size_t i, std::size_t j, const std::vector<Trainings>& seeds) {
  const auto& setting = battery.tasks[i].settings[j].setting;
  Record values;
  for (const auto& [name, value] : setting.values) values.set(name, value);
  Value::List scores, raw, test, outcomes;
  for (const auto& trainings : seeds) {
    const auto& training = trainings[i][j];
    const auto accuracy = scored_accuracy(battery, training);
    std::optional<double> score;
    if (accuracy) score = chance_corrected(*accuracy, setting, battery.protocol);
    scores.push_back(score);
    raw.push_back(accuracy);
    test.push_back(training.test);
    outcomes.push_back(to_text(training.outcome));
  }
  const auto* task = find_task(setting.task);
  const auto& first = seeds.front()[i][j];
  return {{"axis", setting.axis},
          {"values", values},
          {"scores", scores},
          {"accuracies", raw},
          {"test_accuracies", test},
          {"outcomes", outcomes},
          {"chance", task->chance(setting.values)},
          {"oracle", task->oracle(setting.values, battery.protocol)},
          {"learning_rate", first.learning_rate},
          {"edge", first.edge},
          {"trainings", first.trainings}};
}

Value mean_or_unknown(const std::vector<double>& values) { return values.empty() ? Value() : Value(mean(values)); }

Record facts(const Battery& battery, const Scored& design) {
  const auto total = design.scores.empty() ? Interval{} : interval(design.scores);
  Record tasks;
  for (std::size_t i = 0; i < battery.tasks.size(); ++i) {
    std::vector<Record> settings;
    for (std::size_t j = 0; j < battery.tasks[i].settings.size(); ++j)
      settings.push_back(setting_facts(battery, i, j, design.seeds));
    tasks.set(battery.tasks[i].task, Record{{"score", mean_or_unknown(design.tasks[i])}, {"settings", settings}});
  }
  return {{"text", text(design.genome)},
          {"score", design.scores.empty() ? Value() : Value(total.mean)},
          {"score_low", total.low},
          {"score_high", total.high},
          {"seeds", design.scores.size()},
          {"core_seconds", design.core_seconds},
          {"state", design.state},
          {"parameters", design.parameters},
          {"covering_window", design.covering.empty() ? Value() : Value(design.covering)},
          {"battery", battery.name},
          {"partial", battery.partial()},
          {"tasks", tasks}};
}

/// Between the designs' means and within a design's seeds, of designs with at least two seeds.
struct Variances {
  double between = 0;
  double within = 0;
};

std::optional<Variances> variances(const std::vector<Scored>& all) {
  std::vector<double> means;
  double within = 0;
  for (const auto& design : all) {
    if (design.scores.size() < 2) continue;
    means.push_back(mean(design.scores));
    double squares = 0;
    for (const auto value : design.scores) squares += (value - means.back()) * (value - means.back());
    within += squares / static_cast<double>(design.scores.size() - 1);
  }
  if (means.size() < 2) return {};
  double between = 0;
  for (const auto value : means) between += (value - mean(means)) * (value - mean(means));
  return Variances{between / static_cast<double>(means.size() - 1), within / static_cast<double>(means.size())};
}

/// Of one design between seeds, without what a seed does to all designs alike; a battery's `seed_deviation`.
std::optional<double> seed_deviation(const std::vector<Scored>& all) {
  std::vector<FreshResults> fresh;
  for (const auto& design : all) fresh.push_back(design.fresh);
  const Comparison comparison(std::move(fresh));
  return comparison.objectives() == 0 ? std::nullopt : comparison.deviation(0);
}

std::optional<double> effective_tasks(const std::vector<Scored>& all, std::size_t tasks) {
  std::vector<std::vector<double>> columns(tasks);
  for (std::size_t i = 0; i < tasks; ++i)
    for (const auto& design : all)
      if (!design.tasks[i].empty()) columns[i].push_back(mean(design.tasks[i]));
  if (std::any_of(columns.begin(), columns.end(), [&](const auto& column) { return column.size() != all.size(); }))
    return {};
  return effective_columns(columns);
}

std::function<Value(const Record&)> score_on(const std::string& task) {
  return [task](const Record& design) { return design.at("tasks").record().at(task).record().at("score"); };
}

Table table_of(const Battery& battery, const std::vector<Record>& designs) {
  std::vector<Column> columns = {{"score", "score", number("%.3f")},
                                 {"95 % interval<", range("%.3f", "score_low", "score_high")}};
  for (const auto& task : battery.tasks) columns.emplace_back(task.task, score_on(task.task), number("%.3f"));
  columns.emplace_back("state", "state", in_groups());
  columns.emplace_back("parameters", "parameters", in_groups());
  columns.emplace_back("core s", "core_seconds", number("%.1f"));
  columns.emplace_back("design<", "text");
  return Table(columns, designs);
}

/// A line for each design with a window that is no window on this battery.
std::string covered_text(const Battery& battery, const std::vector<Scored>& all) {
  std::string out;
  for (const auto& design : all)
    if (!design.covering.empty())
      out += design.covering + " covers all of the battery's sequences of " + std::to_string(battery.shortest()) +
             " tokens: " + text(design.genome) + "\n";
  return out;
}

Report report(const Flags& flags, const Battery& battery, const std::vector<Scored>& all) {
  const auto spread = variances(all);
  const auto deviation = seed_deviation(all);
  const auto effective = effective_tasks(all, battery.tasks.size());
  std::vector<Record> designs;
  for (const auto& design : all) designs.push_back(facts(battery, design));
  const auto table = table_of(battery, designs);
  Report out;
  if (designs.size() == 1)
    out.record = designs.front();
  else
    out.record = Record{{"designs", designs},
                        {"variance_between", spread ? Value(spread->between) : Value()},
                        {"variance_within", spread ? Value(spread->within) : Value()},
                        {"seed_deviation", deviation},
                        {"effective_tasks", effective}};
  out.csv = table.csv();
  out.text = (battery.partial() ? "partial score (not all six tasks)" : "MAD score") + (" on battery " + battery.name) +
             ", width " + std::to_string(battery.width) + ", " + counted(flags.seeds, "seed") +
             "; chance-corrected, 0..1\n" + table.text();
  out.text += covered_text(battery, all);
  if (spread && spread->within > 0)
    out.text += "variance between designs " + shown("%.5f", spread->between) + ", within (between seeds) " +
                shown("%.5f", spread->within) + ": ratio " + shown("%.1f", spread->between / spread->within) + "\n";
  if (deviation)
    out.text += "deviation of one seed, without what it does to all designs alike: " + shown("%.4f", *deviation) +
                " (a battery's seed_deviation)\n";
  if (effective)
    out.text += "effective number of tasks over these designs " + shown("%.1f", *effective) + " of " +
                std::to_string(battery.tasks.size()) + "\n";
  return out;
}

int score_command(const Flags& flags) {
  const auto battery = load_battery(flags.battery, configs_folder());
  const auto all = score(flags, battery);
  print(report(flags, battery, all), flags.format);
  const bool any = std::any_of(all.begin(), all.end(), [](const Scored& design) { return !design.scores.empty(); });
  return any ? 0 : 1;
}

}  // namespace

void add_score(CLI::App& app, int& code) {
  auto flags = std::make_shared<Flags>();
  auto* command = app.add_subcommand("score", "Train designs on a battery and score them");
  command
      ->add_option("DESIGN", flags->designs,
                   "names, files (YAML, config.json) or texts; \"all\" for every shipped design")
      ->required();
  command->add_option("--battery", flags->battery, "a name of `madsearch list batteries`, or a YAML file")
      ->capture_default_str();
  command->add_option("--seeds", flags->seeds, "seeds that each design is trained on; two or more give an interval")
      ->check(integers(1, 1000))
      ->capture_default_str();
  command->add_option("--seed", flags->seed, "the first seed")->check(integers(0, kMostSeed))->capture_default_str();
  command->add_option("--stages", flags->stages, "repeat each design to so many blocks")->check(integers(1, 128));
  add_workers(*command, flags->workers);
  add_format(*command, flags->format);
  command->callback([flags, &code] { code = score_command(*flags); });
}

}  // namespace madsearch
