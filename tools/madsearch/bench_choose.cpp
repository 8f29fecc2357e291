#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

#include "command.h"
#include "configs/errors.h"
#include "engine/run/config.h"
#include "engine/study/battery_choice.h"
#include "study_view.h"
#include "table.h"

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

void same_tasks(const std::vector<Battery>& batteries) {
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

void bench_choose(Flags flags) {
  const auto against = load_battery(flags.against, configs_folder());
  std::vector<Battery> batteries;
  for (const auto& name : flags.pool) batteries.push_back(load_battery(name, configs_folder()));
  same_tasks(batteries);
  std::sort(flags.limits.begin(), flags.limits.end());
  const auto study = read_study(flags.study.file);
  const auto designs = chosen_designs(flags.study, study);
  StudyLog log(flags.study.log);
  train_missing(flags.study, against, designs, flags.against_seeds, log);
  const auto first = flags.against_seeds;  // common draws would make the two agree
  for (const auto& battery : batteries) train_missing(flags.study, battery, designs, flags.study.seeds, log, first);
  auto complete = designs;  // on every battery
  for (const auto& battery : batteries) {
    const auto all = compared(battery, flags.study.seeds, against, flags.against_seeds, complete, log, first);
    complete.clear();
    for (const auto& one : all) complete.push_back(one.design);
  }
  std::vector<std::vector<Compared>> pool;
  for (const auto& battery : batteries)
    pool.push_back(compared(battery, flags.study.seeds, against, flags.against_seeds, complete, log, first));
  if (complete.size() < 3)
    throw ConfigError(std::to_string(complete.size()) +
                      " designs completed all batteries of the pool: too few to choose by");
  Table table({"rank correlation", "core s", "made of<"});
  for (const auto& choice : choose_battery(batteries, pool, flags.limits, flags.partial)) {
    std::string parts;
    for (const auto& part : choice.parts) parts += (parts.empty() ? "" : "; ") + part;
    table.add({shown("%.3f", choice.rank), shown("%.1f", choice.core_seconds), parts});
  }
  std::cout << flags.study.seeds << (flags.study.seeds == 1 ? " seed set" : " seed sets") << ", others than "
            << flags.against << "'s; best choices within";
  for (const auto limit : flags.limits) std::cout << " " << limit;
  std::cout << " core seconds a candidate, by rank correlation with " << flags.against << " over " << complete.size()
            << " designs\n"
            << table.text();
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
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  command->add_option("--core-seconds", flags->limits, "limits of a candidate's median cost")
      ->delimiter(',')
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_flag("--partial", flags->partial, "tasks may be left out");
  flags->study.half = "choosing";
  add_study(*command, flags->study);
  command->callback([flags, &code] { bench_choose(*flags), code = 0; });
}

}  // namespace madsearch
