#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>

#include "command.h"
#include "configs/errors.h"
#include "engine/run/run.h"
#include "results/run_meta.h"
#include "search/toy/bench.h"
#include "table.h"

namespace madsearch {
namespace {

using Json = nlohmann::ordered_json;

struct SearchFlags {
  std::string problem, front;
  std::int64_t seeds = 101, lag = 8;
  bool real = false;
  std::string config;  // of the real one
  std::int64_t evaluations = 12;
  Format format = Format::kText;
};

/// A folder that is gone at the end.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = std::filesystem::temp_directory_path() / "madsearch-bench-XXXXXX";
    if (!mkdtemp(name.data()))
      throw std::runtime_error("no folder can be made in " + std::filesystem::temp_directory_path().string());
    path = name;
  }
  ~TemporaryFolder() {
    std::error_code left;
    std::filesystem::remove_all(path, left);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  std::filesystem::path path;
};

double cpu_seconds() {
  rusage own{};
  getrusage(RUSAGE_SELF, &own);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(own.ru_utime) + seconds(own.ru_stime);
}

/// The search and nothing after it: what confirms and pretrains has few long requests, whose end says little about a
/// night.
void bench_real_search(const SearchFlags& flags) {
  const std::filesystem::path file =
      flags.config.empty() ? configs_folder() / "searches/quick.yaml" : std::filesystem::path(flags.config);
  auto config = read_run(file, configs_folder());
  config.search.evaluations = flags.evaluations;
  config.search.confirm_seeds = 0;
  config.pretrain.members = 0;
  config.metrics_port = 0;
  const TemporaryFolder folder;
  std::vector<SlotUse> slots;
  RunOptions options{.folder = folder.path / "run", .config_file = file, .interrupted = &interrupts(), .use = &slots};
  options.terminal = isatty(STDERR_FILENO) != 0;
  if (options.terminal) options.progress = &std::cerr;
  const auto began = std::chrono::steady_clock::now();
  const auto cpu_before = cpu_seconds();
  if (run_search(config, options) == Ended::kInterrupted) throw Interrupt{};
  const auto cpu = cpu_seconds() - cpu_before;
  const auto wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();

  const Store store(options.folder / "search.db", Store::Mode::kRead);
  std::int64_t finished = 0, failed = 0;
  for (const auto& evaluation : store.evaluations())
    finished += evaluation.finished, failed += evaluation.finished && evaluation.outcome != Outcome::kOk;
  double peak = 0;
  for (const auto& slot : slots) peak = std::max(peak, slot.peak_mib);
  const auto distinct = store.candidates().size();
  const auto per_hour = 3600 * static_cast<double>(finished) / wall,
             own = cpu / (wall * static_cast<double>(slots.size()));
  Json out = {{"config", file.string()},
              {"evaluations", finished},
              {"failed", failed},
              {"distinct", distinct},
              {"seconds", wall},
              {"evaluations_per_hour", per_hour},
              {"busy_share", busy_share(slots)},
              {"coordinator_share", own},
              {"worker_peak_mib", peak},
              {"signature", read_meta(store).signature},
              {"slots", Json::array()}};
  Table table(
      {"slot<", "requests", "seconds", "busy", "starting", "between requests", "ms each", "tail", "MiB", "peak MiB"});
  for (const auto& slot : slots) {
    const auto between = slot.total - slot.busy - slot.starting - slot.tail;
    const auto each = between / static_cast<double>(std::max<std::int64_t>(1, slot.requests));
    const auto share = [&](double seconds) { return shown("%.1f %%", 100 * seconds / slot.total); };
    out["slots"].push_back({{"device", slot.device},
                            {"requests", slot.requests},
                            {"seconds", slot.total},
                            {"busy", slot.busy},
                            {"starting", slot.starting},
                            {"between", between},
                            {"tail", slot.tail},
                            {"resident_mib", slot.resident_mib},
                            {"peak_mib", slot.peak_mib}});
    table.add({slot.device, std::to_string(slot.requests), shown("%.1f", slot.total), share(slot.busy),
               share(slot.starting), share(between), shown("%.1f", 1e3 * each), share(slot.tail),
               shown("%.0f", slot.resident_mib), shown("%.0f", slot.peak_mib)});
  }
  if (flags.format == Format::kJson)
    std::cout << out.dump(2) << "\n";
  else if (flags.format == Format::kCsv)
    std::cout << table.csv();
  else
    std::cout << "the search of " << file.string() << ", no confirmation, no pretraining: " << finished
              << " evaluations (" << failed << " failed) of " << distinct << " distinct candidates in "
              << shown("%.1f", wall) << " s, " << shown("%.0f", per_hour) << " an hour\n"
              << "slots busy " << shown("%.1f", 100 * busy_share(slots))
              << " % of the time; the search and its store take " << shown("%.2f", 100 * own)
              << " % of the slots' time; a worker at most " << shown("%.0f", peak) << " MiB\n"
              << "busy: from a request to its answer; starting: a worker, until it says hello; tail: after a slot's "
                 "last answer, as nothing is left to do\n"
              << table.text() << "signature " << read_meta(store).signature << "\n";
}

Json finite(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

void bench_search_command(const SearchFlags& flags) {
  const auto toy = Toy::read(flags.problem, flags.front);
  const auto main = bench_search(toy, long_search(flags.lag), flags.seeds);
  Json out = {{"seeds", main.seeds},
              {"lag", flags.lag},
              {"median_evaluations_to_95", finite(main.median_to_95)},
              {"reached_95", main.reached},
              {"microseconds_per_evaluation", main.microseconds},
              {"hypervolume_share_at_end", main.share},
              {"short", Json::array()},
              {"lags", Json::array()}};
  Table lags({"settings<", "lag", "evaluations", "median to 95 %", "reached", "hypervolume", "us/evaluation"});
  const auto add = [&](const char* name, std::int64_t lag, std::int64_t evaluations, const BenchResult& r) {
    lags.add({name, std::to_string(lag), std::to_string(evaluations),
              std::isfinite(r.median_to_95) ? shown("%.0f", r.median_to_95) : "never",
              std::to_string(r.reached) + "/" + std::to_string(r.seeds), shown("%.3f", r.share),
              shown("%.1f", r.microseconds)});
  };
  add("long", flags.lag, long_search(flags.lag).evaluations, main);
  for (const std::int64_t lag : {1, 64}) {
    const auto r = bench_search(toy, long_search(lag), flags.seeds);
    out["lags"].push_back(
        {{"lag", lag}, {"median_evaluations_to_95", finite(r.median_to_95)}, {"reached_95", r.reached}});
    add("long", lag, long_search(lag).evaluations, r);
  }
  for (const std::int64_t evaluations : {60, 300}) {
    const auto r = bench_search(toy, short_search(evaluations, flags.lag), flags.seeds);
    out["short"].push_back({{"evaluations", evaluations}, {"hypervolume_share", r.share}});
    add("short", flags.lag, evaluations, r);
  }
  auto random = short_search(300, flags.lag);  // what chance alone finds
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
    std::cout << "evolutionary loop on " << flags.problem << ", " << flags.seeds
              << " seeds; distinct evaluations to 95 % of the front's hypervolume\n"
              << lags.text() << "signature " << signature << "\n";
}

}  // namespace

void add_bench_search(CLI::App& bench, int& code) {
  auto search = std::make_shared<SearchFlags>();
  auto* loop = bench.add_subcommand("search",
                                    "The evolutionary loop on a problem whose front is known; with --real a short "
                                    "search, its workers and store included");
  loop->add_option("CONFIG", search->config, "of the real search (default: quick)");
  loop->add_flag(
      "--real", search->real,
      "train: evaluations an hour, how busy the slots are, what the search itself costs, memory of a worker");
  loop->add_option("--evaluations", search->evaluations, "of the real search")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  loop->add_option("--problem", search->problem, "the problem (default: tests/toy/problem.txt)")
      ->default_val((configs_folder().parent_path() / "tests/toy/problem.txt").string());
  loop->add_option("--front", search->front, "its true front")
      ->default_val((configs_folder().parent_path() / "tests/toy/front.json").string());
  loop->add_option("--seeds", search->seeds)->check(CLI::Range(1, 100'000))->capture_default_str();
  loop->add_option("--lag", search->lag)->check(CLI::Range(1, 4096))->capture_default_str();
  add_format(*loop, search->format);
  loop->callback([search, &code] {
    if (!search->real && !search->config.empty()) throw ConfigError("a configuration is for `bench search --real`");
    search->real ? bench_real_search(*search) : bench_search_command(*search);
    code = 0;
  });
}

}  // namespace madsearch
