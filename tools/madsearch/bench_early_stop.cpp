#include <CLI/CLI.hpp>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

#include "command.h"
#include "configs/errors.h"
#include "engine/run/config.h"
#include "engine/study/stop_study.h"
#include "study_view.h"
#include "table.h"

namespace madsearch {
namespace {

using Json = nlohmann::ordered_json;

struct Flags {
  StudyFlags study;
  std::string battery = "reference";
  bool choose = false;
  double rank = 0.97, killed = 0.04;
  Format format = Format::kText;
};

void bench_early_stop(const Flags& flags) {
  const auto battery = load_battery(flags.battery, configs_folder());
  if (battery.early_stop)
    throw ConfigError("battery " + battery.name +
                      " stops trainings early: curves to their end come from one with `early_stop: false`");
  const auto study = read_study(flags.study.file);
  const auto designs = chosen_designs(flags.study, study);
  StudyLog log(flags.study.log);
  train_missing(flags.study, battery, designs, flags.study.seeds, log);
  std::map<std::string, std::vector<const StudyDesign*>> groups;
  for (const auto* design : designs) {
    groups[design->judged ? "1 judged half" : "2 half for choosing"].push_back(design);
    groups["3 family " + design->family].push_back(design);
  }
  StopRule rule;
  if (flags.choose)
    rule = choose_stop_rule(battery, recorded(battery, groups["2 half for choosing"], flags.study.seeds, log),
                            flags.rank, flags.killed);
  Json out = {{"battery", battery.name}, {"rule", to_text(rule)}, {"groups", Json::array()}};
  Table table({"designs", "", "trainings", "fewer steps", "than perfect ones ending", "at best", "rank correlation",
               "winners killed", "largest loss"});
  for (const auto& [name, members] : groups) {
    const auto r = stop_result(battery, recorded(battery, members, flags.study.seeds, log), rule);
    if (r.designs == 0) continue;
    out["groups"].push_back({{"group", name.substr(2)},
                             {"designs", r.designs},
                             {"trainings", r.trainings},
                             {"fewer_steps", r.fewer},
                             {"fewer_than_recorded", r.fewer_than_recorded},
                             {"rank_correlation", r.rank ? Json(*r.rank) : Json(nullptr)},
                             {"fewer_at_best", r.fewer_at_best},
                             {"killed", r.killed},
                             {"largest_loss", r.largest_loss}});
    table.add({name.substr(2), std::to_string(r.designs), std::to_string(r.trainings), shown("%.2f", r.fewer),
               shown("%.2f", r.fewer_than_recorded), shown("%.2f", r.fewer_at_best),
               r.rank ? shown("%.3f", *r.rank) : "", shown("%.1f %%", 100 * r.killed), shown("%.3f", r.largest_loss)});
  }
  if (flags.format == Format::kJson)
    std::cout << out.dump(2) << "\n";
  else if (flags.format == Format::kCsv)
    std::cout << table.csv();
  else
    std::cout
        << "trainings of battery " << battery.name << " stopped early: " << to_text(rule) << "\n"
        << table.text()
        << "fewer steps: all steps of all replicas / those done; at best: of a rule that knew the winner, stopped it "
           "within 0.01 of its best accuracy\n"
           "and the others at their first look; rank correlation of the designs' scores with those to the end "
           "(validation-A);\n"
           "winners killed: trainings whose winner to the end was stopped more than 0.01 of accuracy below its best\n";
}

}  // namespace

void add_bench_early_stop(CLI::App& bench, int& code) {
  auto flags = std::make_shared<Flags>();
  auto* command = bench.add_subcommand("early-stop",
                                       "What stopping trainings early saves and costs, on curves recorded to the end");
  command->add_option("BATTERY", flags->battery, "one with `early_stop: false`")->capture_default_str();
  command->add_flag("--choose", flags->choose,
                    "choose the thresholds on the half for choosing (default: those in use)");
  command->add_option("--rank", flags->rank, "least rank correlation there")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command->add_option("--killed", flags->killed, "largest share of winners killed there")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  flags->study.seeds = 1;
  add_study(*command, flags->study);
  add_format(*command, flags->format);
  command->callback([flags, &code] { bench_early_stop(*flags), code = 0; });
}

}  // namespace madsearch
