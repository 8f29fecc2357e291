#include "mad_tasks/score.h"

#include <CLI/CLI.hpp>
#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>

#include "command.h"
#include "configs/errors.h"
#include "engine/dispatch/battery_trainings.h"
#include "engine/run/config.h"
#include "json.h"
#include "mad_tasks/table.h"
#include "results/interval.h"
#include "results/statistics.h"
#include "search/architecture/cost.h"
#include "search/architecture/validity.h"
#include "table.h"

namespace madsearch {
namespace {

using Json = nlohmann::ordered_json;

struct Flags {
  std::vector<std::string> designs;
  std::string battery = "quick";
  std::int64_t seeds = 1, seed = 1, stages = 0;
  WorkerFlags workers;
  Format format = Format::kText;
};

/// One design's trainings on one seed, [task][setting].
using Trainings = std::vector<std::vector<TrainingRecord>>;

struct Scored {
  std::string text;
  std::int64_t state = 0, parameters = 0;
  std::vector<Trainings> seeds;
  std::vector<double> scores;              // of each seed that is ok
  std::vector<std::vector<double>> tasks;  // [task][seed]
  double core_seconds = 0;
};

std::vector<std::vector<double>> accuracies(const Battery& battery, const Trainings& trainings) {
  std::vector<std::vector<double>> out;
  for (const auto& task : trainings) {
    out.emplace_back();
    for (const auto& t : task) out.back().push_back(scored_accuracy(battery, t));
  }
  return out;
}

bool ok(const Trainings& trainings) {
  for (const auto& task : trainings)
    for (const auto& t : task)
      if (t.outcome != Outcome::kOk) return false;
  return true;
}

std::vector<Scored> score(const Flags& flags, const Battery& battery) {
  const auto shape = shape_of(battery);
  std::vector<Scored> out;
  std::vector<Request> requests;
  std::vector<Design> designs;
  for (const auto& name : flags.designs) {
    if (name == "all") {
      for (auto& design : shipped_designs(configs_folder()))
        if (flags.stages == 0 || flags.stages % block_count(design.genome) == 0) designs.push_back(std::move(design));
    } else {
      designs.push_back(find_design(name, configs_folder()));
    }
  }
  for (const auto& design : designs) {
    const auto genome = flags.stages > 0 ? repeated(design, flags.stages) : design.genome;
    const auto sized = solve_sizes(genome, shape).genome;
    if (const auto sentence = invalid(sized, shape); !sentence.empty())
      throw ConfigError("design \"" + design.name + "\": " + sentence);
    auto& scored = out.emplace_back();
    scored.text = text(genome);
    const auto spent = cost(sized, shape);
    scored.state = spent.state;
    scored.parameters = spent.parameters;
    for (std::int64_t s = 0; s < flags.seeds; ++s)
      for (std::size_t i = 0; i < battery.tasks.size(); ++i)
        for (std::size_t j = 0; j < battery.tasks[i].settings.size(); ++j) {
          const auto seed =
              Seed{static_cast<std::uint64_t>(flags.seed)}.derive("score").derive(static_cast<std::uint64_t>(s));
          auto request = train_request(battery, battery.tasks[i].settings[j], text(sized), seed);
          request.id = std::to_string(out.size() - 1) + "/" + std::to_string(s) + "/" + std::to_string(i) + "/" +
                       std::to_string(j);
          requests.push_back(std::move(request));
        }
  }
  auto replies = answers(flags.workers.options(), std::move(requests), "training");
  auto reply = replies.begin();
  for (auto& scored : out) {
    scored.tasks.resize(battery.tasks.size());
    for (std::int64_t s = 0; s < flags.seeds; ++s) {
      auto& trainings = scored.seeds.emplace_back();
      for (const auto& task : battery.tasks) {
        auto& row = trainings.emplace_back();
        for (std::size_t j = 0; j < task.settings.size(); ++j, ++reply) {
          row.push_back(reply_as<TrainReply>(*reply).record);
          scored.core_seconds += row.back().core_seconds;
        }
      }
      if (!ok(trainings)) continue;
      const auto result = battery_score(battery, accuracies(battery, trainings));
      scored.scores.push_back(result.score);
      for (std::size_t i = 0; i < result.tasks.size(); ++i) scored.tasks[i].push_back(result.tasks[i].score);
    }
  }
  return out;
}

Json setting_json(const Battery& battery, std::size_t i, std::size_t j, const std::vector<Trainings>& seeds) {
  const auto& setting = battery.tasks[i].settings[j].setting;
  Json values, outcomes = Json::array(), scores = Json::array(), raw = Json::array(), test = Json::array();
  for (const auto& [name, value] : setting.values) values[name] = value;
  for (const auto& trainings : seeds) {
    const auto& t = trainings[i][j];
    const auto accuracy = scored_accuracy(battery, t);
    outcomes.push_back(to_text(t.outcome));
    raw.push_back(accuracy);
    test.push_back(t.test);
    scores.push_back(chance_corrected(accuracy, setting, battery.protocol));
  }
  const auto* task = find_task(setting.task);
  return {{"axis", setting.axis},
          {"values", values},
          {"scores", scores},
          {"accuracies", raw},
          {"test_accuracies", test},
          {"outcomes", outcomes},
          {"chance", task->chance(setting.values)},
          {"oracle", task->oracle(setting.values, battery.protocol)},
          {"learning_rate", seeds.front()[i][j].learning_rate},
          {"edge", seeds.front()[i][j].edge},
          {"trainings", seeds.front()[i][j].trainings}};
}

Json design_json(const Battery& battery, const Scored& scored) {
  const auto total = scored.scores.empty() ? Interval{} : interval(scored.scores);
  Json out = {{"text", scored.text},
              {"score", scored.scores.empty() ? Json(nullptr) : Json(total.mean)},
              {"score_low", or_null(total.low)},
              {"score_high", or_null(total.high)},
              {"seeds", scored.scores.size()},
              {"core_seconds", scored.core_seconds},
              {"state", scored.state},
              {"parameters", scored.parameters},
              {"battery", battery.name},
              {"partial", battery.partial()},
              {"tasks", Json::object()}};
  for (std::size_t i = 0; i < battery.tasks.size(); ++i) {
    Json settings = Json::array();
    for (std::size_t j = 0; j < battery.tasks[i].settings.size(); ++j)
      settings.push_back(setting_json(battery, i, j, scored.seeds));
    out["tasks"][battery.tasks[i].task] = {
        {"score", scored.tasks[i].empty() ? Json(nullptr) : Json(mean(scored.tasks[i]))}, {"settings", settings}};
  }
  return out;
}

/// Between the designs' means and within a design's seeds, of designs with at least two seeds.
struct Variances {
  double between = 0, within = 0;
};
std::optional<Variances> variances(const std::vector<Scored>& all) {
  std::vector<double> means;
  double within = 0;
  for (const auto& scored : all) {
    if (scored.scores.size() < 2) continue;
    means.push_back(mean(scored.scores));
    double squares = 0;
    for (const auto value : scored.scores) squares += (value - means.back()) * (value - means.back());
    within += squares / static_cast<double>(scored.scores.size() - 1);
  }
  if (means.size() < 2) return {};
  double between = 0;
  for (const auto value : means) between += (value - mean(means)) * (value - mean(means));
  return Variances{between / static_cast<double>(means.size() - 1), within / static_cast<double>(means.size())};
}

std::optional<double> effective_tasks(const std::vector<Scored>& all, std::size_t tasks) {
  std::vector<std::vector<double>> columns(tasks);
  for (std::size_t i = 0; i < tasks; ++i)
    for (const auto& scored : all)
      if (!scored.tasks[i].empty()) columns[i].push_back(mean(scored.tasks[i]));
  if (std::any_of(columns.begin(), columns.end(), [&](const auto& column) { return column.size() != all.size(); }))
    return {};
  return effective_columns(columns);
}

Table table(const Battery& battery, const std::vector<Scored>& all) {
  std::vector<std::string> header = {"score", "95 % interval<"};
  for (const auto& task : battery.tasks) header.push_back(task.task);
  for (const auto* name : {"state", "parameters", "core s", "design<"}) header.push_back(name);
  Table out(header);
  for (const auto& scored : all) {
    const bool any = !scored.scores.empty();
    const auto total = any ? interval(scored.scores) : Interval{};
    std::vector<std::string> row = {any ? shown("%.3f", total.mean) : "failed",
                                    total.low ? shown("%.3f", *total.low) + ".." + shown("%.3f", *total.high) : ""};
    for (const auto& task : scored.tasks) row.push_back(task.empty() ? "" : shown("%.3f", mean(task)));
    row.insert(row.end(),
               {grouped(scored.state), grouped(scored.parameters), shown("%.1f", scored.core_seconds), scored.text});
    out.add(std::move(row));
  }
  return out;
}

void print(const Flags& flags, const Battery& battery, const std::vector<Scored>& all) {
  const auto spread = variances(all);
  const auto effective = effective_tasks(all, battery.tasks.size());
  if (flags.format == Format::kJson) {
    if (all.size() == 1) {
      std::cout << design_json(battery, all.front()).dump(2) << "\n";
      return;
    }
    Json out = {{"designs", Json::array()}};
    for (const auto& scored : all) out["designs"].push_back(design_json(battery, scored));
    out["variance_between"] = spread ? Json(spread->between) : Json(nullptr);
    out["variance_within"] = spread ? Json(spread->within) : Json(nullptr);
    out["effective_tasks"] = or_null(effective);
    std::cout << out.dump(2) << "\n";
    return;
  }
  if (flags.format == Format::kCsv) {
    std::cout << table(battery, all).csv();
    return;
  }
  std::cout << (battery.partial() ? "partial score (not all six tasks)" : "MAD score") << " on battery " << battery.name
            << ", width " << battery.width << ", " << flags.seeds << (flags.seeds == 1 ? " seed" : " seeds")
            << "; chance-corrected, 0..1\n"
            << table(battery, all).text();
  if (spread && spread->within > 0)
    std::cout << "variance between designs " << shown("%.5f", spread->between) << ", within (between seeds) "
              << shown("%.5f", spread->within) << ": ratio " << shown("%.1f", spread->between / spread->within) << "\n";
  if (effective)
    std::cout << "effective number of tasks over these designs " << shown("%.1f", *effective) << " of "
              << battery.tasks.size() << "\n";
}

}  // namespace

void add_score(CLI::App& app, int& code) {
  auto flags = std::make_shared<Flags>();
  auto* command = app.add_subcommand("score", "Train designs on a battery and score them");
  command->add_option("DESIGN", flags->designs, "names, YAML files or texts; \"all\" for every shipped design")
      ->required();
  command->add_option("--battery", flags->battery, "a name of `madsearch list batteries`, or a YAML file")
      ->capture_default_str();
  command->add_option("--seeds", flags->seeds, "how many; two or more give an interval")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->add_option("--seed", flags->seed, "the first")->capture_default_str();
  command->add_option("--stages", flags->stages, "repeat each design to so many blocks")->check(CLI::Range(1, 128));
  add_workers(*command, flags->workers);
  add_format(*command, flags->format);
  command->callback([flags, &code] {
    const auto battery = load_battery(flags->battery, configs_folder());
    const auto all = score(*flags, battery);
    print(*flags, battery, all);
    code = std::any_of(all.begin(), all.end(), [](const Scored& scored) { return !scored.scores.empty(); }) ? 0 : 1;
  });
}

}  // namespace madsearch
