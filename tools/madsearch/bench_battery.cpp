#include <CLI/CLI.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "command.h"
#include "engine/run/config.h"
#include "engine/study/fidelity.h"
#include "json.h"
#include "study_view.h"
#include "table.h"

namespace madsearch {
namespace {

using Json = nlohmann::ordered_json;

struct Flags {
  StudyFlags study;
  std::string battery = "quick", against = "reference";
  std::int64_t against_seeds = 1, first = -1;
  bool designs = false;
  Format format = Format::kText;
};

std::string or_blank(const std::optional<double>& value) { return value ? shown("%.2f", *value) : ""; }

/// A name and the designs that go by it.
using Group = std::pair<std::string, std::vector<Compared>>;

std::vector<Group> groups(const std::vector<Compared>& all) {
  std::vector<Group> out = {{"judged half", {}}, {"half for choosing", {}}, {"all", all}, {"all hand designs", {}}};
  std::map<std::string, std::vector<Compared>> families;
  for (const auto& one : all) {
    out[one.design->judged ? 0 : 1].second.push_back(one);
    if (one.design->name != "random") out[3].second.push_back(one);
    families["family " + one.design->family].push_back(one);
  }
  for (auto& family : families)
    if (family.second.size() >= 5) out.push_back(std::move(family));
  std::erase_if(out, [](const Group& group) { return group.second.size() < 3; });
  return out;
}

Json group_json(const std::string& name, const Fidelity& f) {
  return {{"group", name},
          {"designs", f.designs},
          {"rank_correlation", or_null(f.rank)},
          {"rank_low", f.rank_bounds ? Json(f.rank_bounds->low) : Json(nullptr)},
          {"rank_high", f.rank_bounds ? Json(f.rank_bounds->high) : Json(nullptr)},
          {"rank_of_mean", or_null(f.rank_of_mean)},
          {"rank_top_half", or_null(f.rank_top_half)},
          {"close_pairs", f.close_pairs},
          {"close_pairs_right", f.close_right},
          {"clear_pairs", f.clear_pairs},
          {"clear_pairs_right", f.clear_right},
          {"reliability", or_null(f.reliability)},
          {"median_core_seconds", f.median_seconds},
          {"worst_core_seconds", f.worst_seconds},
          {"effective_tasks", or_null(f.effective_tasks)}};
}

void print(const Flags& flags, const Battery& battery, const std::vector<Compared>& all, const RateWindows& rates) {
  Json out = {{"battery", battery.name},       {"against", flags.against}, {"seed_sets", flags.study.seeds},
              {"first_seed_set", flags.first}, {"groups", Json::array()},  {"tasks", Json::array()},
              {"designs", Json::array()}};
  Table table({"designs", "", "rank correlation", "95 % bootstrap<", "of the mean", "top half", "clear pairs in order<",
               "close pairs<", "reliability", "core s", "worst", "effective tasks"});
  for (const auto& [name, designs] : groups(all)) {
    const auto f = fidelity(designs, Seed{}.derive(name));
    out["groups"].push_back(group_json(name, f));
    table.add({name, std::to_string(f.designs), or_blank(f.rank),
               f.rank_bounds ? shown("%.2f", f.rank_bounds->low) + ".." + shown("%.2f", f.rank_bounds->high) : "",
               or_blank(f.rank_of_mean), or_blank(f.rank_top_half),
               shown("%.0f %%", 100 * f.clear_right) + " of " + std::to_string(f.clear_pairs),
               shown("%.0f %%", 100 * f.close_right) + " of " + std::to_string(f.close_pairs), or_blank(f.reliability),
               shown("%.1f", f.median_seconds), shown("%.1f", f.worst_seconds),
               f.effective_tasks ? shown("%.1f", *f.effective_tasks) : ""});
  }
  std::vector<Compared> judged;
  for (const auto& one : all)
    if (one.design->judged) judged.push_back(one);
  Table tasks({"task<", "mean", "deviation", "at ceiling", "at floor", "reliability"});
  for (const auto& use : task_uses(battery, judged)) {
    out["tasks"].push_back({{"task", use.task},
                            {"mean", use.mean},
                            {"deviation", use.deviation},
                            {"at_ceiling", use.at_ceiling},
                            {"at_floor", use.at_floor},
                            {"reliability", or_null(use.reliability)}});
    tasks.add({use.task, shown("%.2f", use.mean), shown("%.2f", use.deviation), shown("%.0f %%", 100 * use.at_ceiling),
               shown("%.0f %%", 100 * use.at_floor), or_blank(use.reliability)});
  }
  Table designs({"score", flags.against, "half<", "family<", "name<", "design<"});
  auto sorted = all;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.reference > b.reference; });
  for (const auto& one : sorted) {
    const auto stripe = text(one.design->genome);
    out["designs"].push_back({{"text", stripe},
                              {"name", one.design->name},
                              {"family", one.design->family},
                              {"judged", one.design->judged},
                              {"scores", one.score.scores},
                              {"reference", one.reference},
                              {"core_seconds", one.score.core_seconds}});
    designs.add({shown("%.3f", mean(one.score.scores)), shown("%.3f", one.reference),
                 one.design->judged ? "judged" : "choosing", one.design->family, one.design->name, stripe});
  }
  out["learning_rates"] = {
      {"trainings", rates.trainings}, {"beyond_the_edge", rates.beyond}, {"better_there", rates.better}};
  if (flags.format == Format::kJson) {
    std::cout << out.dump(2) << "\n";
    return;
  }
  if (flags.format == Format::kCsv) {
    std::cout << (flags.designs ? designs : table).csv();
    return;
  }
  std::cout << (battery.partial() ? "partial battery " : "battery ") << battery.name << " against " << flags.against
            << ": " << all.size() << " designs, " << flags.study.seeds
            << (flags.study.seeds == 1 ? " seed set" : " seed sets")
            << (flags.first >= flags.against_seeds ? ", others than " + flags.against + "'s" : "") << "\n"
            << table.text() << "rank correlation: Spearman's, of one seed set's scores with " << flags.against
            << " (mean over the seed sets), bootstrapped over designs; of the mean: of their mean score; top half: the "
               "same among the better half under "
            << flags.against << ";\nclear and close pairs: at least and less than 0.05 apart under " << flags.against
            << "; reliability: of one seed set's scores with another's; core s: a candidate, median; worst: the "
               "dearest;\neffective tasks: how many uncorrelated ones would say as much; a seed set is one draw of "
               "data, weights and order, the same for all designs\n";
  if (!judged.empty())
    std::cout << "\ntasks on the judged half; at ceiling, at floor: designs above 0.95, below 0.05\n" << tasks.text();
  if (rates.beyond > 0)
    std::cout << "learning rates: " << rates.beyond << " of " << rates.trainings
              << " trainings went beyond the edge of the grid, " << rates.better << " were best there\n";
  if (flags.designs) std::cout << "\n" << designs.text();
}

}  // namespace

void add_bench_battery(CLI::App& bench, int& code) {
  auto flags = std::make_shared<Flags>();
  auto* command = bench.add_subcommand("battery", "How faithfully a battery ranks the designs of a study");
  command->add_option("BATTERY", flags->battery, "a name or a YAML file")->capture_default_str();
  command->add_option("--against", flags->against, "the longer battery that it should agree with")
      ->capture_default_str();
  command->add_option("--against-seeds", flags->against_seeds, "seed sets of the longer battery")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  command
      ->add_option("--first", flags->first,
                   "first of the battery's seed sets (default: the first that the longer battery has not)")
      ->check(CLI::Range(0, 1000));
  command->add_flag("--designs", flags->designs, "list the designs with both scores too");
  add_study(*command, flags->study);
  add_format(*command, flags->format);
  command->callback([flags, &code] {
    if (flags->first < 0) flags->first = flags->against_seeds;  // common draws would make the two agree
    const auto battery = load_battery(flags->battery, configs_folder()),
               against = load_battery(flags->against, configs_folder());
    const auto study = read_study(flags->study.file);
    StudyLog log(flags->study.log);
    const auto designs = chosen_designs(flags->study, study);
    train_missing(flags->study, against, designs, flags->against_seeds, log);
    train_missing(flags->study, battery, designs, flags->study.seeds, log, flags->first);
    const auto all = compared(battery, flags->study.seeds, against, flags->against_seeds, designs, log, flags->first);
    print(*flags, battery, all, rate_windows(battery, designs, flags->study.seeds, log, flags->first));
    code = all.empty() ? 1 : 0;
  });
}

}  // namespace madsearch
