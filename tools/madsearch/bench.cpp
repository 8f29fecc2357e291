#include "search/bench.h"

#include <tbb/parallel_for.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>

#include "command.h"
#include "engine/run_config.h"
#include "mad_tasks/table.h"
#include "primitives/table.h"
#include "table.h"

namespace madsearch {
namespace {

using Json = nlohmann::ordered_json;

// bench search: the real loop, archive and dedupe on a problem whose front is known.

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

// bench step: a training step of designs beside attention of the same shape.

struct StepFlags {
  std::vector<std::string> designs;                           // empty: every primitive by itself
  std::int64_t width = 128, length = 128, batch = 16, steps = 10;
  WorkerFlags workers;
  Format format = Format::kText;
};

void bench_step_command(const StepFlags& flags) {
  BenchRequest request{.id = "bench", .width = flags.width, .length = flags.length, .batch = flags.batch, .steps = flags.steps};
  if (flags.designs.empty())
    for (const auto& primitive : primitives()) request.designs.push_back(primitive.name);
  for (const auto& name : flags.designs) request.designs.push_back(text(find_design(name, configs_folder()).genome));
  Message message;
  message.type = Message::Type::kBench;
  message.bench = std::move(request);
  auto workers = flags.workers.options();
  workers.devices.resize(1);
  workers.slots_per_device = 1;
  const auto reply = answers(workers, {message}, "timing").front();
  if (!reply.benched) throw std::runtime_error(reply.error);
  Json out = {{"peak_gflops", reply.benched->peak_gflops}, {"rows", Json::array()}};
  Table table({"ms/step", "GFLOP/s", "of peak", "of attention", "peak MiB", "design<"});
  for (const auto& r : reply.benched->rows) {
    out["rows"].push_back({{"design", r.design}, {"width", r.width}, {"length", r.length}, {"batch", r.batch}, {"milliseconds", r.milliseconds},
                           {"gflops", r.gflops}, {"share_of_peak", r.share_of_peak}, {"ratio_to_attention", r.ratio_to_attention},
                           {"peak_memory_mib", r.peak_memory_mib}});
    table.add({shown("%.2f", r.milliseconds), shown("%.1f", r.gflops), shown("%.0f %%", 100 * r.share_of_peak), shown("%.2f", r.ratio_to_attention),
               shown("%.0f", r.peak_memory_mib), r.design});
  }
  if (flags.format == Format::kJson)
    std::cout << out.dump(2) << "\n";
  else if (flags.format == Format::kCsv)
    std::cout << table.csv();
  else
    std::cout << "one training step, width " << flags.width << ", length " << flags.length << ", batch " << flags.batch << ", one device slot; matrix product peak "
              << shown("%.1f", reply.benched->peak_gflops) << " GFLOP/s\n"
              << table.text();
}

// bench battery: making the data of every setting, on all cores.

struct BatteryFlags {
  std::string battery = "mad-lab";
  std::int64_t examples = 12'800;
  Format format = Format::kText;
};

void bench_battery_command(const BatteryFlags& flags) {
  const auto battery = load_battery(flags.battery, configs_folder());
  Json out = {{"battery", battery.name}, {"examples", flags.examples}, {"rows", Json::array()}};
  Table table({"seconds", "task<", "setting<"});
  double slowest = 0;
  for (const auto& task : battery.tasks)
    for (const auto& setting : task.settings) {
      const auto start = std::chrono::steady_clock::now();
      const auto generator = find_task(task.task)->prepare(setting.setting.values, Seed{1}, battery.protocol);
      tbb::parallel_for(std::int64_t{0}, flags.examples, [&](std::int64_t i) {
        const auto example = generator->make(Split::kTrain, static_cast<std::uint64_t>(i));
        if (example.inputs.empty()) throw std::logic_error("an example without tokens");
      });
      const auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      slowest = std::max(slowest, seconds);
      out["rows"].push_back({{"task", task.task}, {"setting", setting.setting.values.text()}, {"seconds", seconds}});
      table.add({shown("%.3f", seconds), task.task, setting.setting.values.text()});
    }
  out["slowest_seconds"] = slowest;
  if (flags.format == Format::kJson)
    std::cout << out.dump(2) << "\n";
  else if (flags.format == Format::kCsv)
    std::cout << table.csv();
  else
    std::cout << table.text() << "making " << flags.examples << " examples of a setting takes at most " << shown("%.2f", slowest) << " s\n";
}

}  // namespace

void add_bench(CLI::App& app, int& code) {
  auto* command = app.add_subcommand("bench", "Measure: search (the loop on a known problem), step (training steps), battery (making data)");
  command->require_subcommand(1);

  auto search = std::make_shared<SearchFlags>();
  auto* loop = command->add_subcommand("search", "The evolutionary loop on a problem whose front is known");
  loop->add_option("--problem", search->problem, "the problem (default: tests/toy/problem.txt)")->default_val((configs_folder().parent_path() / "tests/toy/problem.txt").string());
  loop->add_option("--front", search->front, "its true front")->default_val((configs_folder().parent_path() / "tests/toy/front.json").string());
  loop->add_option("--seeds", search->seeds)->check(CLI::Range(1, 100'000))->capture_default_str();
  loop->add_option("--lag", search->lag)->check(CLI::Range(1, 4096))->capture_default_str();
  add_format(*loop, search->format);
  loop->callback([search, &code] { bench_search_command(*search), code = 0; });

  auto step = std::make_shared<StepFlags>();
  auto* steps = command->add_subcommand("step", "One training step of designs, beside attention of the same shape");
  steps->add_option("DESIGN", step->designs, "names, YAML files or texts (default: every primitive)");
  steps->add_option("--width", step->width)->check(CLI::Range(4, 65536))->capture_default_str();
  steps->add_option("--length", step->length)->check(CLI::Range(1, 1 << 20))->capture_default_str();
  steps->add_option("--batch", step->batch)->check(CLI::PositiveNumber)->capture_default_str();
  steps->add_option("--steps", step->steps)->check(CLI::PositiveNumber)->capture_default_str();
  add_workers(*steps, step->workers);
  add_format(*steps, step->format);
  steps->callback([step, &code] { bench_step_command(*step), code = 0; });

  auto battery = std::make_shared<BatteryFlags>();
  auto* data = command->add_subcommand("battery", "Making the examples of every setting of a battery");
  data->add_option("BATTERY", battery->battery, "a name or a YAML file")->capture_default_str();
  data->add_option("--examples", battery->examples)->check(CLI::PositiveNumber)->capture_default_str();
  add_format(*data, battery->format);
  data->callback([battery, &code] { bench_battery_command(*battery), code = 0; });
}

}  // namespace madsearch
