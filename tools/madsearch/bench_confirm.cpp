#include "search/toy/bench_confirm.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "command.h"
#include "engine/run/config.h"
#include "table.h"

namespace madsearch {
namespace {

using Json = nlohmann::ordered_json;

struct ConfirmFlags {
  std::string problem, front;
  std::int64_t seeds = 100, first = 0, evaluations = 240, confirm_seeds = 3, confirm_members = 17;
  double noise = 0.022, common = 0.011;
  Format format = Format::kText;
};

void bench_confirm_command(const ConfirmFlags& flags) {
  const auto toy = Toy::read(flags.problem, flags.front);
  const NoisyToy noisy{toy, flags.noise, flags.common};
  auto options = confirm_search();
  options.evaluations = flags.evaluations;
  options.confirm_seeds = flags.confirm_seeds;
  options.confirm_members = flags.confirm_members;
  Json out = {{"seeds", flags.seeds},
              {"first", flags.first},
              {"noise", flags.noise},
              {"common", flags.common},
              {"evaluations", flags.evaluations},
              {"confirm_seeds", flags.confirm_seeds},
              {"confirm_members", flags.confirm_members},
              {"ways", Json::array()}};
  Table table({"confirming<", "evaluations", "members", "true", "decided", "true of these", "on 10^8 front", "reported",
               "true hv", "gap", "|gap|"});
  Table numbers({"confirming<",
                 "evaluations",
                 "members",
                 "members_error",
                 "true",
                 "true_error",
                 "undecided",
                 "undecided_error",
                 "true_decided",
                 "true_decided_error",
                 "on_true_front",
                 "on_true_front_error",
                 "hypervolume_reported",
                 "hypervolume_reported_error",
                 "hypervolume_true",
                 "hypervolume_true_error",
                 "gap",
                 "gap_error",
                 "absolute_gap",
                 "absolute_gap_error"});
  const auto cell = [](const char* format, const Average& value) {
    return shown(format, value.mean) + " ±" + shown(format, value.error);
  };
  for (const auto way : {Confirming::kNone, Confirming::kEqual, Confirming::kRace}) {
    const auto r = bench_confirm(noisy, options, way, flags.seeds, flags.first);
    const auto json = [](const Average& value) { return Json{{"mean", value.mean}, {"error", value.error}}; };
    const bool marks = way != Confirming::kNone;
    out["ways"].push_back({{"way", to_text(way)},
                           {"evaluations", json(r.evaluations)},
                           {"members", json(r.returned)},
                           {"share_true", json(r.share_true)},
                           {"share_undecided", marks ? json(r.undecided) : Json(nullptr)},
                           {"share_true_decided", marks ? json(r.share_true_decided) : Json(nullptr)},
                           {"share_on_true_front", json(r.share_on_front)},
                           {"hypervolume_reported", json(r.reported)},
                           {"hypervolume_true", json(r.truly)},
                           {"gap", json(r.gap)},
                           {"absolute_gap", json(r.distance)}});
    const Average decided{1 - r.undecided.mean, r.undecided.error};
    table.add({to_text(way), shown("%.0f", r.evaluations.mean), cell("%.1f", r.returned), cell("%.3f", r.share_true),
               marks ? cell("%.3f", decided) : "", marks ? cell("%.3f", r.share_true_decided) : "",
               cell("%.3f", r.share_on_front), cell("%.4f", r.reported), cell("%.4f", r.truly), cell("%.4f", r.gap),
               cell("%.4f", r.distance)});
    std::vector<std::string> row = {to_text(way), shown("%.0f", r.evaluations.mean)};
    for (const auto* value : {&r.returned, &r.share_true, &r.undecided, &r.share_true_decided, &r.share_on_front,
                              &r.reported, &r.truly, &r.gap, &r.distance}) {
      const bool known = marks || (value != &r.undecided && value != &r.share_true_decided);
      row.push_back(known ? shown("%.6g", value->mean) : "");
      row.push_back(known ? shown("%.6g", value->error) : "");
    }
    numbers.add(std::move(row));
  }
  if (flags.format == Format::kJson)
    std::cout << out.dump(2) << "\n";
  else if (flags.format == Format::kCsv)
    std::cout << numbers.csv();
  else
    std::cout << "fronts of " << flags.problem << " under noise " << shown("%g", flags.noise) << " a measurement and "
              << shown("%g", flags.common) << " a seed set, " << flags.seeds << " seeds; mean ± standard error\n"
              << table.text()
              << "none: everything is spent on search, which reports its own scores; equal: as many fresh seeds for "
                 "each; race: where the front is undecided\n"
                 "true: share of the members that nothing evaluated in the run truly beats; decided: share that no "
                 "confirmed design may beat\n"
                 "reported, true hv: hypervolume of the members, a share of the box, by their scores and in truth\n";
}

}  // namespace

void add_bench_confirm(CLI::App& bench, int& code) {
  auto flags = std::make_shared<ConfirmFlags>();
  auto* confirm =
      bench.add_subcommand("confirm", "Fronts under known noise, with and without confirmation on fresh seeds");
  const auto toy = configs_folder().parent_path() / "tests/toy";
  confirm->add_option("--problem", flags->problem, "the problem (default: tests/toy/problem.txt)")
      ->default_val((toy / "problem.txt").string());
  confirm->add_option("--front", flags->front, "its true front")->default_val((toy / "front.json").string());
  confirm->add_option("--seeds", flags->seeds)->check(CLI::Range(1, 100'000))->capture_default_str();
  confirm->add_option("--first", flags->first, "the first seed")->check(CLI::NonNegativeNumber)->capture_default_str();
  confirm->add_option("--evaluations", flags->evaluations, "of the search")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  confirm->add_option("--confirm-seeds", flags->confirm_seeds)->check(CLI::Range(1, 100))->capture_default_str();
  confirm->add_option("--confirm-members", flags->confirm_members)->check(CLI::Range(0, 1000))->capture_default_str();
  confirm->add_option("--noise", flags->noise, "standard deviation of a measurement of the score, 0..1")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  confirm->add_option("--common", flags->common, "that of what a seed set does to all designs")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  add_format(*confirm, flags->format);
  confirm->callback([flags, &code] { bench_confirm_command(*flags), code = 0; });
}

}  // namespace madsearch
