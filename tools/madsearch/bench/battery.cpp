#include <CLI/CLI.hpp>
#include <algorithm>

#include "bench.h"
#include "configs/text.h"
#include "engine/run/config.h"
#include "engine/study/fidelity.h"
#include "engine/study/published.h"
#include "published.h"
#include "study.h"
#include "task_table.h"
#include "tools/madsearch/numbers.h"
#include "tools/madsearch/ranges.h"
#include "tools/madsearch/report.h"
#include "tools/madsearch/table.h"

namespace madsearch {
namespace {

struct Flags {
  StudyFlags study;
  std::string battery = "quick", against = "reference", published;
  std::int64_t against_seeds = 1;
  std::int64_t first = -1;
  bool designs = false;
  Format format = Format::kText;
};

/// A name and the designs that go by it.
using Group = std::pair<std::string, std::vector<Compared>>;

std::vector<Group> groups_of(const std::vector<Compared>& all) {
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

Record facts(const std::string& group, const Fidelity& fidelity) {
  const auto& bounds = fidelity.rank_bounds;
  return {{"group", group},
          {"designs", fidelity.designs},
          {"rank_correlation", fidelity.rank},
          {"rank_low", bounds ? Value(bounds->low) : Value()},
          {"rank_high", bounds ? Value(bounds->high) : Value()},
          {"rank_of_mean", fidelity.rank_of_mean},
          {"rank_top_half", fidelity.rank_top_half},
          {"close_pairs", fidelity.close_pairs},
          {"close_pairs_right", fidelity.close_right},
          {"clear_pairs", fidelity.clear_pairs},
          {"clear_pairs_right", fidelity.clear_right},
          {"reliability", fidelity.reliability},
          {"median_core_seconds", fidelity.median_seconds},
          {"worst_core_seconds", fidelity.worst_seconds},
          {"effective_tasks", fidelity.effective_tasks}};
}

Record facts(const Compared& one) {
  return {{"text", text(one.design->genome)},      {"name", one.design->name},   {"family", one.design->family},
          {"judged", one.design->judged},          {"scores", one.score.scores}, {"reference", one.reference},
          {"core_seconds", one.score.core_seconds}};
}

/// All that is said of a battery.
struct Findings {
  std::vector<Record> groups;
  std::vector<Record> tasks;    // on the judged half
  std::vector<Record> designs;  // by their score under the longer battery
  RateWindows rates;
  bool judged = false;  // there are designs of the judged half
};

Findings findings(const Battery& battery, const std::vector<Compared>& all, const RateWindows& rates) {
  Findings out;
  for (const auto& [name, designs] : groups_of(all))
    out.groups.push_back(facts(name, fidelity(designs, Seed{}.derive(name))));
  std::vector<Compared> judged;
  for (const auto& one : all)
    if (one.design->judged) judged.push_back(one);
  out.tasks = task_facts(battery, judged);
  out.judged = !judged.empty();
  auto sorted = all;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.reference > b.reference; });
  for (const auto& one : sorted) out.designs.push_back(facts(one));
  out.rates = rates;
  return out;
}

/// "93 % of 40": pairs of designs that are in order.
std::function<std::string(const Record&)> in_order(const char* right, const char* pairs) {
  return [=](const Record& group) {
    return shown("%.0f %%", 100 * group.at(right).number()) + " of " + group.at(pairs).plain();
  };
}

Table group_table(const Findings& found) {
  return Table({{"designs", "group"},
                {"", "designs"},
                {"rank correlation", "rank_correlation", number("%.2f")},
                {"95 % bootstrap<", range("%.2f", "rank_low", "rank_high")},
                {"of the mean", "rank_of_mean", number("%.2f")},
                {"top half", "rank_top_half", number("%.2f")},
                {"clear pairs in order<", in_order("clear_pairs_right", "clear_pairs")},
                {"close pairs<", in_order("close_pairs_right", "close_pairs")},
                {"reliability", "reliability", number("%.2f")},
                {"core s", "median_core_seconds", number("%.1f")},
                {"worst", "worst_core_seconds", number("%.1f")},
                {"effective tasks", "effective_tasks", number("%.1f")}},
               found.groups);
}

std::string mean_score(const Record& design) {
  std::vector<double> scores;
  for (const auto& score : design.at("scores").list()) scores.push_back(score.number());
  return shown("%.3f", mean(scores));
}

Table design_table(const Findings& found, const std::string& against) {
  const auto half = [](const Value& judged) { return judged.truth() ? "judged" : "choosing"; };
  return Table({{"score", mean_score},
                {against, "reference", number("%.3f")},
                {"half<", "judged", half},
                {"family<", "family"},
                {"name<", "name"},
                {"design<", "text"}},
               found.designs);
}

Record record_of(const Flags& flags, const Battery& battery, const Findings& found) {
  return {{"battery", battery.name},
          {"against", flags.against},
          {"seed_sets", flags.study.seeds},
          {"first_seed_set", flags.first},
          {"groups", found.groups},
          {"tasks", found.tasks},
          {"designs", found.designs},
          {"learning_rates", Record{{"trainings", found.rates.trainings},
                                    {"beyond_the_edge", found.rates.beyond},
                                    {"better_there", found.rates.better}}}};
}

std::string title_of(const Flags& flags, const Battery& battery, const Findings& found) {
  return (battery.partial() ? "partial battery " : "battery ") + battery.name + " against " + flags.against + ": " +
         std::to_string(found.designs.size()) + " designs, " + counted(flags.study.seeds, "seed set") +
         (flags.first >= flags.against_seeds ? ", others than " + flags.against + "'s" : "") + "\n";
}

std::string group_notes(const std::string& against) {
  return "rank correlation: Spearman's, of one seed set's scores with " + against +
         " (mean over the seed sets), bootstrapped over designs; of the mean: of their mean score; top half: the same "
         "among the better half under " +
         against + ";\nclear and close pairs: at least and less than 0.05 apart under " + against +
         "; reliability: of one seed set's scores with another's; core s: a candidate, median; worst: the "
         "dearest;\neffective tasks: how many uncorrelated ones would say as much; a seed set is one draw of "
         "data, weights and order, the same for all designs\n";
}

std::string text_of(const Flags& flags, const Battery& battery, const Findings& found) {
  auto out = title_of(flags, battery, found) + group_table(found).text() + group_notes(flags.against);
  if (found.judged) out += task_text(found.tasks, "on the judged half");
  if (found.rates.beyond > 0)
    out += "learning rates: " + std::to_string(found.rates.beyond) + " of " + std::to_string(found.rates.trainings) +
           " trainings went beyond the edge of the grid, " + std::to_string(found.rates.better) + " were best there\n";
  if (flags.designs) out += "\n" + design_table(found, flags.against).text();
  return out;
}

int bench_battery(Flags flags) {
  if (flags.first < 0) flags.first = flags.against_seeds;  // common draws would make the two agree
  const auto battery = load_battery(flags.battery, configs_folder());
  if (flags.against == "published") {
    print(bench_published({flags.study, flags.published, flags.first, flags.designs}, battery), flags.format);
    return 0;
  }
  const auto against = load_battery(flags.against, configs_folder());
  const auto study = read_study(flags.study.file);
  StudyLog log(flags.study.log);
  const auto designs = chosen_designs(flags.study, study);
  train_missing(flags.study, against, designs, flags.against_seeds, log);
  train_missing(flags.study, battery, designs, flags.study.seeds, log, flags.first);
  const auto all = compared(battery, flags.study.seeds, against, flags.against_seeds, designs, log, flags.first);
  const auto found = findings(battery, all, rate_windows(battery, designs, flags.study.seeds, log, flags.first));
  const auto table = flags.designs ? design_table(found, flags.against) : group_table(found);
  print({record_of(flags, battery, found), text_of(flags, battery, found), table.csv()}, flags.format);
  return all.empty() ? 1 : 0;
}

}  // namespace

void add_bench_battery(CLI::App& bench, int& code) {
  auto flags = std::make_shared<Flags>();
  auto* command = bench.add_subcommand("battery", "How faithfully a battery ranks the designs of a study");
  command->add_option("BATTERY", flags->battery, "a name or a YAML file")->capture_default_str();
  command
      ->add_option(
          "--against", flags->against,
          "the longer battery that it should agree with, or `published`: pretraining results of the literature")
      ->capture_default_str();
  flags->published = published_folder().string();
  command->add_option("--published", flags->published, "the folder of the published results")->capture_default_str();
  command->add_option("--against-seeds", flags->against_seeds, "seed sets of the longer battery")
      ->check(integers(1, 100))
      ->capture_default_str();
  command
      ->add_option("--first", flags->first,
                   "first of the battery's seed sets (default: the first that the longer battery was not trained on)")
      ->check(integers(0, 1000));
  command->add_flag("--designs", flags->designs, "list the designs with both scores too");
  add_study(*command, flags->study);
  add_format(*command, flags->format);
  command->callback([flags, &code] { code = bench_battery(*flags); });
}

}  // namespace madsearch
