#include <CLI/CLI.hpp>

#include "bench.h"
#include "configs/text.h"
#include "search/toy/bench_confirm.h"
#include "tools/madsearch/ranges.h"
#include "tools/madsearch/report.h"
#include "tools/madsearch/table.h"
#include "toy.h"

namespace madsearch {
namespace {

struct Flags {
  ToyFlags toy;
  std::int64_t seeds = 100;
  std::int64_t first = 0;
  std::int64_t evaluations = 240;
  std::int64_t confirm_seeds = 3;
  std::int64_t confirm_members = 17;
  double noise = 0.022;
  double common = 0.011;
  Format format = Format::kText;
};

Record facts(Confirming way, const ConfirmResult& result) {
  const auto average = [](const Average& value) { return Record{{"mean", value.mean}, {"error", value.error}}; };
  const auto if_confirmed = [&](const Average& value) {
    return way == Confirming::kNone ? Value() : Value(average(value));
  };
  return {{"way", to_text(way)},
          {"evaluations", average(result.evaluations)},
          {"members", average(result.returned)},
          {"share_true", average(result.share_true)},
          {"share_undecided", if_confirmed(result.undecided)},
          {"share_true_decided", if_confirmed(result.share_true_decided)},
          {"share_on_true_front", average(result.share_on_front)},
          {"hypervolume_reported", average(result.reported)},
          {"hypervolume_true", average(result.truly)},
          {"gap", average(result.gap)},
          {"absolute_gap", average(result.distance)}};
}

/// One number of an average.
Show part(const char* name, const char* format) {
  return [=](const Value& average) { return shown(format, average.record().at(name).number()); };
}
Show mean_of(const char* format) { return part("mean", format); }
Show error_of(const char* format) { return part("error", format); }

/// "0.500 ±0.012"
Show both(const char* format) {
  return [=](const Value& average) { return mean_of(format)(average) + " ±" + error_of(format)(average); };
}

/// The share that is not undecided.
std::string decided_text(const Value& undecided) {
  return shown("%.3f", 1 - undecided.record().at("mean").number()) + " ±" + error_of("%.3f")(undecided);
}

Table table_of(const std::vector<Record>& ways) {
  return Table({{"confirming<", "way"},
                {"evaluations", "evaluations", mean_of("%.0f")},
                {"members", "members", both("%.1f")},
                {"true", "share_true", both("%.3f")},
                {"decided", "share_undecided", decided_text},
                {"true of these", "share_true_decided", both("%.3f")},
                {"on 10^8 front", "share_on_true_front", both("%.3f")},
                {"reported", "hypervolume_reported", both("%.4f")},
                {"true hv", "hypervolume_true", both("%.4f")},
                {"gap", "gap", both("%.4f")},
                {"|gap|", "absolute_gap", both("%.4f")}},
               ways);
}

/// Means and errors in columns of their own.
std::string csv_of(const std::vector<Record>& ways) {
  std::vector<Column> columns = {{"confirming<", "way"}, {"evaluations", "evaluations", mean_of("%.0f")}};
  const std::vector<std::pair<std::string, std::string>> averages = {{"members", "members"},
                                                                     {"true", "share_true"},
                                                                     {"undecided", "share_undecided"},
                                                                     {"true_decided", "share_true_decided"},
                                                                     {"on_true_front", "share_on_true_front"},
                                                                     {"hypervolume_reported", "hypervolume_reported"},
                                                                     {"hypervolume_true", "hypervolume_true"},
                                                                     {"gap", "gap"},
                                                                     {"absolute_gap", "absolute_gap"}};
  for (const auto& [heading, field] : averages) {
    columns.emplace_back(heading, field, mean_of("%.6g"));
    columns.emplace_back(heading + "_error", field, error_of("%.6g"));
  }
  return Table(columns, ways).csv();
}

Report report(const Flags& flags, const std::vector<Record>& ways) {
  const Record record = {{"seeds", flags.seeds},
                         {"first", flags.first},
                         {"noise", flags.noise},
                         {"common", flags.common},
                         {"evaluations", flags.evaluations},
                         {"confirm_seeds", flags.confirm_seeds},
                         {"confirm_members", flags.confirm_members},
                         {"ways", ways}};
  const auto title = "fronts of " + flags.toy.problem + " under noise " + shown("%g", flags.noise) +
                     " a measurement and " + shown("%g", flags.common) + " a seed set, " + std::to_string(flags.seeds) +
                     " seeds; mean ± standard error\n";
  return {record,
          title + table_of(ways).text() +
              "none: everything is spent on search, which reports its own scores; equal: as many fresh seeds for "
              "each; race: where the front is undecided\n"
              "true: share of the members that nothing evaluated in the run truly beats; decided: share that no "
              "confirmed design may beat\n"
              "reported, true hv: hypervolume of the members, a share of the box, by their scores and in truth\n",
          csv_of(ways)};
}

Report bench_confirm(const Flags& flags) {
  const auto toy = flags.toy.read();
  const NoisyToy noisy{toy, flags.noise, flags.common};
  auto options = confirm_search();
  options.evaluations = flags.evaluations;
  options.confirm_seeds = flags.confirm_seeds;
  options.confirm_members = flags.confirm_members;
  std::vector<Record> ways;
  for (const auto way : {Confirming::kNone, Confirming::kEqual, Confirming::kRace})
    ways.push_back(facts(way, bench_confirm(noisy, options, way, flags.seeds, flags.first)));
  return report(flags, ways);
}

}  // namespace

void add_bench_confirm(CLI::App& bench, int& code) {
  auto flags = std::make_shared<Flags>();
  auto* command =
      bench.add_subcommand("confirm", "Fronts under known noise, with and without confirmation on fresh seeds");
  add_toy(*command, flags->toy);
  command->add_option("--seeds", flags->seeds, "searches to average over")
      ->check(integers(1, 100'000))
      ->capture_default_str();
  command->add_option("--first", flags->first, "the first seed")->check(integers(0, 100'000))->capture_default_str();
  command->add_option("--evaluations", flags->evaluations, "evaluations of each search")
      ->check(integers(1, 100'000))
      ->capture_default_str();
  command->add_option("--confirm-seeds", flags->confirm_seeds, "fresh seeds that each design may get")
      ->check(integers(1, 100))
      ->capture_default_str();
  command->add_option("--confirm-members", flags->confirm_members, "members of the front that are confirmed")
      ->check(integers(0, 1000))
      ->capture_default_str();
  command->add_option("--noise", flags->noise, "standard deviation of a measurement of the score, 0..1")
      ->check(numbers(0.0, 1.0))
      ->capture_default_str();
  command->add_option("--common", flags->common, "standard deviation of the shift that a seed set gives to all scores")
      ->check(numbers(0.0, 1.0))
      ->capture_default_str();
  add_format(*command, flags->format);
  command->callback([flags, &code] {
    print(bench_confirm(*flags), flags->format);
    code = 0;
  });
}

}  // namespace madsearch
