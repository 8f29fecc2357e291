#include <CLI/CLI.hpp>
#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>

#include "command.h"
#include "engine/run_config.h"
#include "search/bench.h"
#include "table.h"

namespace madsearch {
namespace {

using Json = nlohmann::ordered_json;

struct SearchFlags {
  std::string problem, front;
  std::int64_t seeds = 101, lag = 8;
  Format format = Format::kText;
};

Json finite(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

void bench_search_command(const SearchFlags& flags) {
  const auto toy = Toy::read(flags.problem, flags.front);
  const auto main = bench_search(toy, long_search(flags.lag), flags.seeds);
  Json out = {{"seeds", main.seeds}, {"lag", flags.lag}, {"median_evaluations_to_95", finite(main.median_to_95)}, {"reached_95", main.reached},
              {"microseconds_per_evaluation", main.microseconds}, {"hypervolume_share_at_end", main.share}, {"short", Json::array()}, {"lags", Json::array()}};
  Table lags({"settings<", "lag", "evaluations", "median to 95 %", "reached", "hypervolume", "us/evaluation"});
  const auto add = [&](const char* name, std::int64_t lag, std::int64_t evaluations, const BenchResult& r) {
    lags.add({name, std::to_string(lag), std::to_string(evaluations), std::isfinite(r.median_to_95) ? shown("%.0f", r.median_to_95) : "never",
              std::to_string(r.reached) + "/" + std::to_string(r.seeds), shown("%.3f", r.share), shown("%.1f", r.microseconds)});
  };
  add("long", flags.lag, long_search(flags.lag).evaluations, main);
  for (const std::int64_t lag : {1, 64}) {
    const auto r = bench_search(toy, long_search(lag), flags.seeds);
    out["lags"].push_back({{"lag", lag}, {"median_evaluations_to_95", finite(r.median_to_95)}, {"reached_95", r.reached}});
    add("long", lag, long_search(lag).evaluations, r);
  }
  for (const std::int64_t evaluations : {60, 300}) {
    const auto r = bench_search(toy, short_search(evaluations, flags.lag), flags.seeds);
    out["short"].push_back({{"evaluations", evaluations}, {"hypervolume_share", r.share}});
    add("short", flags.lag, evaluations, r);
  }
  auto random = short_search(300, flags.lag);                 // what chance alone finds
  random.algorithm = "random";
  const auto control = bench_search(toy, random, flags.seeds);
  out["random"] = {{"evaluations", random.evaluations}, {"hypervolume_share", control.share}};
  add("random", flags.lag, random.evaluations, control);
  const auto signature = search_signature(toy);
  out["signature"] = signature;
  if (flags.format == Format::kJson)
    std::cout << out.dump(2) << "\n";
  else if (flags.format == Format::kCsv)
    std::cout << lags.csv();
  else
    std::cout << "evolutionary loop on " << flags.problem << ", " << flags.seeds << " seeds; distinct evaluations to 95 % of the front's hypervolume\n"
              << lags.text() << "signature " << signature << "\n";
}

}  // namespace

void add_bench_search(CLI::App& bench, int& code) {
  auto search = std::make_shared<SearchFlags>();
  auto* loop = bench.add_subcommand("search", "The evolutionary loop on a problem whose front is known");
  loop->add_option("--problem", search->problem, "the problem (default: tests/toy/problem.txt)")->default_val((configs_folder().parent_path() / "tests/toy/problem.txt").string());
  loop->add_option("--front", search->front, "its true front")->default_val((configs_folder().parent_path() / "tests/toy/front.json").string());
  loop->add_option("--seeds", search->seeds)->check(CLI::Range(1, 100'000))->capture_default_str();
  loop->add_option("--lag", search->lag)->check(CLI::Range(1, 4096))->capture_default_str();
  add_format(*loop, search->format);
  loop->callback([search, &code] { bench_search_command(*search), code = 0; });
}

}  // namespace madsearch
