#include <CLI/CLI.hpp>
#include <map>

#include "bench.h"
#include "configs/errors.h"
#include "engine/run/config.h"
#include "engine/study/stop_study.h"
#include "study.h"
#include "tools/madsearch/ranges.h"
#include "tools/madsearch/report.h"
#include "tools/madsearch/table.h"

namespace madsearch {
namespace {

struct Flags {
  StudyFlags study;
  std::string battery = "reference";
  bool choose = false;
  double rank = 0.97;
  double killed = 0.04;
  Format format = Format::kText;
};

/// A name and the designs that go by it.
struct Group {
  std::string name;
  std::vector<const StudyDesign*> designs;
};

/// Both halves, then the families by name.
std::vector<Group> groups_of(const std::vector<const StudyDesign*>& designs) {
  Group judged{"judged half", {}};
  Group choosing{"half for choosing", {}};
  std::map<std::string, std::vector<const StudyDesign*>> families;
  for (const auto* design : designs) {
    (design->judged ? judged : choosing).designs.push_back(design);
    families[design->family].push_back(design);
  }
  std::vector<Group> out = {judged, choosing};
  for (const auto& [family, members] : families) out.push_back({"family " + family, members});
  return out;
}

Record facts(const std::string& group, const StopResult& result) {
  return {{"group", group},
          {"designs", result.designs},
          {"trainings", result.trainings},
          {"fewer_steps", result.fewer},
          {"fewer_than_recorded", result.fewer_than_recorded},
          {"rank_correlation", result.rank},
          {"fewer_at_best", result.fewer_at_best},
          {"killed", result.killed},
          {"largest_loss", result.largest_loss}};
}

Report report(const Battery& battery, const StopRule& rule, const std::vector<Record>& groups) {
  const Table table({{"designs", "group"},
                     {"", "designs"},
                     {"trainings", "trainings"},
                     {"fewer steps", "fewer_steps", number("%.2f")},
                     {"than perfect ones ending", "fewer_than_recorded", number("%.2f")},
                     {"at best", "fewer_at_best", number("%.2f")},
                     {"rank correlation", "rank_correlation", number("%.3f")},
                     {"winners killed", "killed", percent("%.1f %%")},
                     {"largest loss", "largest_loss", number("%.3f")}},
                    groups);
  return {Record{{"battery", battery.name}, {"rule", to_text(rule)}, {"groups", groups}},
          "trainings of battery " + battery.name + " stopped early: " + to_text(rule) + "\n" + table.text() +
              "fewer steps: all steps of all replicas / those done; at best: of a rule that knew the winner, stopped "
              "it within 0.01 of its best accuracy\n"
              "and the others at their first look; rank correlation of the designs' scores with those to the end "
              "(validation-A);\n"
              "winners killed: trainings whose winner to the end was stopped more than 0.01 of accuracy below its "
              "best\n",
          table.csv()};
}

Report bench_early_stop(const Flags& flags) {
  const auto battery = load_battery(flags.battery, configs_folder());
  if (battery.early_stop)
    throw ConfigError("battery " + battery.name +
                      " stops trainings early: curves to their end come from one with `early_stop: false`");
  const auto study = read_study(flags.study.file);
  const auto designs = chosen_designs(flags.study, study);
  StudyLog log(flags.study.log);
  train_missing(flags.study, battery, designs, flags.study.seeds, log);
  const auto groups = groups_of(designs);
  const auto curves_of = [&](const Group& group) { return recorded(battery, group.designs, flags.study.seeds, log); };
  StopRule rule;
  if (flags.choose) rule = choose_stop_rule(battery, curves_of(groups[1]), flags.rank, flags.killed);
  std::vector<Record> rows;
  for (const auto& group : groups)
    if (const auto result = stop_result(battery, curves_of(group), rule); result.designs > 0)
      rows.push_back(facts(group.name, result));
  return report(battery, rule, rows);
}

}  // namespace

void add_bench_early_stop(CLI::App& bench, int& code) {
  auto flags = std::make_shared<Flags>();
  auto* command = bench.add_subcommand("early-stop",
                                       "What stopping trainings early saves and costs, on curves recorded to the end");
  command->add_option("BATTERY", flags->battery, "a battery with `early_stop: false`")->capture_default_str();
  command->add_flag("--choose", flags->choose,
                    "choose the thresholds on the half for choosing (default: those in use)");
  command->add_option("--rank", flags->rank, "with --choose: the least rank correlation on the half for choosing")
      ->check(numbers(0.0, 1.0))
      ->capture_default_str();
  command->add_option("--killed", flags->killed, "with --choose: the largest share of winners killed on that half")
      ->check(numbers(0.0, 1.0))
      ->capture_default_str();
  flags->study.seeds = 1;
  add_study(*command, flags->study);
  add_format(*command, flags->format);
  command->callback([flags, &code] {
    print(bench_early_stop(*flags), flags->format);
    code = 0;
  });
}

}  // namespace madsearch
