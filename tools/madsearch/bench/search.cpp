#include <CLI/CLI.hpp>
#include <cmath>

#include "bench.h"
#include "configs/errors.h"
#include "configs/text.h"
#include "real_search.h"
#include "search/toy/bench.h"
#include "tools/madsearch/ranges.h"
#include "tools/madsearch/report.h"
#include "tools/madsearch/table.h"
#include "toy.h"

namespace madsearch {
namespace {

struct Flags {
  ToyFlags toy;
  std::int64_t seeds = 101;
  std::int64_t lag = 8;
  bool real = false;
  RealSearch of_real;
  Format format = Format::kText;
};

/// Some settings of the loop and what came of them.
struct Try {
  std::string settings;
  std::int64_t lag = 0;
  std::int64_t evaluations = 0;
  BenchResult result;
};

Try tried(const std::string& settings, const Toy& toy, const SearchOptions& options, std::int64_t seeds) {
  return {settings, options.lag, options.evaluations, bench_search(toy, options, seeds)};
}

Value median_to_95(const BenchResult& result) {
  return std::isfinite(result.median_to_95) ? Value(result.median_to_95) : Value();
}

Record row_of(const Try& one) {
  const auto& result = one.result;
  return {{"settings", one.settings},
          {"lag", one.lag},
          {"evaluations", one.evaluations},
          {"median", std::isfinite(result.median_to_95) ? shown("%.0f", result.median_to_95) : "never"},
          {"reached", std::to_string(result.reached) + "/" + std::to_string(result.seeds)},
          {"hypervolume", result.share},
          {"microseconds", result.microseconds}};
}

struct Tries {
  Try first;               // long, as the loop is used
  std::vector<Try> lags;   // long, with other lags
  std::vector<Try> brief;  // as short as searches of architectures
  Try random;              // what chance alone finds
  std::string signature;
};

Tries try_loop(const Flags& flags) {
  const auto toy = flags.toy.read();
  Tries out;
  out.first = tried("long", toy, long_search(flags.lag), flags.seeds);
  for (const std::int64_t lag : {1, 64}) out.lags.push_back(tried("long", toy, long_search(lag), flags.seeds));
  for (const std::int64_t evaluations : {60, 300})
    out.brief.push_back(tried("short", toy, short_search(evaluations, flags.lag), flags.seeds));
  auto random = short_search(300, flags.lag);
  random.algorithm = "random";
  out.random = tried("random", toy, random, flags.seeds);
  out.signature = search_signature(toy);
  return out;
}

Record record_of(const Tries& tries) {
  const auto short_facts = [](const Try& one) {
    return Record{{"evaluations", one.evaluations}, {"hypervolume_share", one.result.share}};
  };
  std::vector<Record> brief;
  for (const auto& one : tries.brief) brief.push_back(short_facts(one));
  std::vector<Record> lags;
  for (const auto& one : tries.lags)
    lags.push_back(
        {{"lag", one.lag}, {"median_evaluations_to_95", median_to_95(one.result)}, {"reached_95", one.result.reached}});
  const auto& result = tries.first.result;
  return {{"seeds", result.seeds},
          {"lag", tries.first.lag},
          {"median_evaluations_to_95", median_to_95(result)},
          {"reached_95", result.reached},
          {"microseconds_per_evaluation", result.microseconds},
          {"hypervolume_share_at_end", result.share},
          {"short", brief},
          {"lags", lags},
          {"random", short_facts(tries.random)},
          {"signature", tries.signature}};
}

Table table_of(const Tries& tries) {
  Table out({{"settings<", "settings"},
             {"lag", "lag"},
             {"evaluations", "evaluations"},
             {"median to 95 %", "median"},
             {"reached", "reached"},
             {"hypervolume", "hypervolume", number("%.3f")},
             {"us/evaluation", "microseconds", number("%.1f")}});
  out.add(row_of(tries.first));
  for (const auto& one : tries.lags) out.add(row_of(one));
  for (const auto& one : tries.brief) out.add(row_of(one));
  out.add(row_of(tries.random));
  return out;
}

Report bench_toy_search(const Flags& flags) {
  const auto tries = try_loop(flags);
  const auto table = table_of(tries);
  return {record_of(tries),
          "evolutionary loop on " + flags.toy.problem + ", " + std::to_string(flags.seeds) +
              " seeds; distinct evaluations to 95 % of the front's hypervolume\n" + table.text() + "signature " +
              tries.signature + "\n",
          table.csv()};
}

}  // namespace

void add_bench_search(CLI::App& bench, int& code) {
  auto flags = std::make_shared<Flags>();
  auto* command = bench.add_subcommand("search",
                                       "The evolutionary loop on a problem whose front is known; with --real a short "
                                       "search, its workers and store included");
  command->add_option("CONFIG", flags->of_real.config, "with --real: the configuration (default: quick)");
  command->add_flag(
      "--real", flags->real,
      "train: evaluations an hour, how busy the slots are, what the search itself costs, memory of a worker");
  command->add_option("--evaluations", flags->of_real.evaluations, "with --real: how many evaluations")
      ->check(integers(1, 1'000'000))
      ->capture_default_str();
  add_toy(*command, flags->toy);
  command->add_option("--seeds", flags->seeds, "searches to average over")
      ->check(integers(1, 100'000))
      ->capture_default_str();
  command->add_option("--lag", flags->lag, "evaluations under way at once")
      ->check(integers(1, 4096))
      ->capture_default_str();
  add_format(*command, flags->format);
  command->callback([flags, &code] {
    if (!flags->real && !flags->of_real.config.empty())
      throw ConfigError("a configuration is for `bench search --real`");
    print(flags->real ? bench_real_search(flags->of_real) : bench_toy_search(*flags), flags->format);
    code = 0;
  });
}

}  // namespace madsearch
