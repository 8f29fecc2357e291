#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

#include "bench.h"
#include "configs/errors.h"
#include "configs/text.h"
#include "engine/run/config.h"
#include "engine/study/battery_choice.h"
#include "study.h"
#include "tools/madsearch/numbers.h"
#include "tools/madsearch/ranges.h"
#include "tools/madsearch/table.h"

namespace madsearch {
namespace {

struct Flags {
  StudyFlags study;
  std::vector<std::string> pool;
  std::string against = "reference";
  std::int64_t against_seeds = 1;
  std::vector<double> limits = {5, 8, 12, 20, 30};
  bool partial = false;
};

void check_same_tasks(const std::vector<Battery>& batteries) {
  for (const auto& battery : batteries) {
    const auto& first = batteries.front();
    const auto alike = [](const BatteryTask& a, const BatteryTask& b) { return a.task == b.task; };
    if (battery.tasks.size() != first.tasks.size() ||
        !std::equal(battery.tasks.begin(), battery.tasks.end(), first.tasks.begin(), alike))
      throw ConfigError("batteries " + first.name + " and " + battery.name +
                        " have not the same tasks in the same order");
    if (battery.width != first.width || battery.longest() != first.longest())
      throw ConfigError("batteries " + first.name + " and " + battery.name +
                        " train at different widths or longest lengths: their parts don't make one battery");
  }
}

/// The same designs under each battery of the pool: those that completed them all.
std::vector<std::vector<Compared>> compared_pool(const Flags& flags, const std::vector<Battery>& batteries,
                                                 const Battery& against, std::vector<const StudyDesign*> designs,
                                                 const StudyLog& log) {
  const auto compare = [&](const Battery& battery) {
    return compared(battery, flags.study.seeds, against, flags.against_seeds, designs, log, flags.against_seeds);
  };
  for (const auto& battery : batteries) {
    const auto completed = compare(battery);
    designs.clear();
    for (const auto& one : completed) designs.push_back(one.design);
  }
  if (designs.size() < 3)
    throw ConfigError(std::to_string(designs.size()) +
                      " designs completed all batteries of the pool: too few to choose by");
  std::vector<std::vector<Compared>> out;
  for (const auto& battery : batteries) out.push_back(compare(battery));
  return out;
}

std::string text_of(const Flags& flags, const std::vector<BatteryChoice>& choices, std::size_t designs) {
  std::vector<Record> rows;
  for (const auto& choice : choices)
    rows.push_back({{"rank_correlation", choice.rank},
                    {"core_seconds", choice.core_seconds},
                    {"parts", joined(choice.parts, "; ")}});
  const Table table({{"rank correlation", "rank_correlation", number("%.3f")},
                     {"core s", "core_seconds", number("%.1f")},
                     {"made of<", "parts"}},
                    rows);
  std::string limits;
  for (const auto limit : flags.limits) limits += " " + shown("%g", limit);
  return counted(flags.study.seeds, "seed set") + ", others than " + flags.against + "'s; best choices within" +
         limits + " core seconds a candidate, by rank correlation with " + flags.against + " over " +
         std::to_string(designs) + " designs\n" + table.text();
}

std::string bench_choose(Flags flags) {
  const auto against = load_battery(flags.against, configs_folder());
  std::vector<Battery> batteries;
  for (const auto& name : flags.pool) batteries.push_back(load_battery(name, configs_folder()));
  check_same_tasks(batteries);
  std::sort(flags.limits.begin(), flags.limits.end());
  const auto study = read_study(flags.study.file);
  const auto designs = chosen_designs(flags.study, study);
  StudyLog log(flags.study.log);
  train_missing(flags.study, against, designs, flags.against_seeds, log);
  const auto first = flags.against_seeds;  // common draws would make the two agree
  for (const auto& battery : batteries) train_missing(flags.study, battery, designs, flags.study.seeds, log, first);
  const auto pool = compared_pool(flags, batteries, against, designs, log);
  return text_of(flags, choose_battery(batteries, pool, flags.limits, flags.partial), pool.front().size());
}

}  // namespace

void add_bench_choose(CLI::App& bench, int& code) {
  auto flags = std::make_shared<Flags>();
  auto* command =
      bench.add_subcommand("choose", "Choose a battery from parts of others, on the designs kept for choosing");
  command
      ->add_option(
          "POOL", flags->pool,
          "batteries of one width and longest length, with the same tasks in the same order; names or YAML files")
      ->required();
  command->add_option("--against", flags->against, "the longer battery")->capture_default_str();
  command->add_option("--against-seeds", flags->against_seeds, "seed sets of the longer battery")
      ->check(integers(1, 100))
      ->capture_default_str();
  command->add_option("--core-seconds", flags->limits, "limits of a candidate's median cost")
      ->delimiter(',')
      ->check(numbers(1e-6, 1e9))
      ->capture_default_str();
  command->add_flag("--partial", flags->partial, "tasks may be left out");
  flags->study.half = "choosing";
  add_study(*command, flags->study);
  command->callback([flags, &code] {
    std::cout << bench_choose(*flags);
    code = 0;
  });
}

}  // namespace madsearch
