#include <tbb/parallel_for.h>

#include <CLI/CLI.hpp>
#include <chrono>

#include "bench.h"
#include "configs/folder.h"
#include "configs/text.h"
#include "engine/run/config.h"
#include "mad_tasks/table.h"
#include "tools/madsearch/ranges.h"
#include "tools/madsearch/report.h"
#include "tools/madsearch/table.h"

namespace madsearch {
namespace {

struct Flags {
  std::string battery = "mad-lab";
  std::int64_t examples = 12'800;
  Format format = Format::kText;
};

/// Seconds to make `examples` examples of a setting.
double seconds_to_make(std::int64_t examples, const TaskSetting& setting, Protocol protocol) {
  const auto start = std::chrono::steady_clock::now();
  const auto generator = find_task(setting.task)->prepare(setting.values, Seed{1}, protocol);
  tbb::parallel_for(std::int64_t{0}, examples, [&](std::int64_t i) {
    const auto example = generator->make(Split::kTrain, static_cast<std::uint64_t>(i));
    if (example.inputs.empty()) throw std::logic_error("an example without tokens");
  });
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

Report bench_data(const Flags& flags) {
  const auto battery = load_battery(flags.battery, configs_folder());
  std::vector<Record> rows;
  double slowest = 0;
  for (const auto& task : battery.tasks)
    for (const auto& setting : task.settings) {
      const auto seconds = seconds_to_make(flags.examples, setting.setting, battery.protocol);
      slowest = std::max(slowest, seconds);
      rows.push_back({{"task", task.task}, {"setting", setting.setting.values.text()}, {"seconds", seconds}});
    }
  const Table table({{"seconds", "seconds", number("%.3f")}, {"task<", "task"}, {"setting<", "setting"}}, rows);
  return {Record{{"battery", battery.name}, {"examples", flags.examples}, {"rows", rows}, {"slowest_seconds", slowest}},
          table.text() + "making " + std::to_string(flags.examples) + " examples of a setting takes at most " +
              shown("%.2f", slowest) + " s\n",
          table.csv()};
}

}  // namespace

void add_bench_data(CLI::App& bench, int& code) {
  auto flags = std::make_shared<Flags>();
  auto* command = bench.add_subcommand("data", "Making the examples of every setting of a battery");
  command->add_option("BATTERY", flags->battery, "a name or a YAML file")->capture_default_str();
  command->add_option("--examples", flags->examples, "examples that are made of each setting")
      ->check(integers(1, 1'000'000'000))
      ->capture_default_str();
  add_format(*command, flags->format);
  command->callback([flags, &code] {
    print(bench_data(*flags), flags->format);
    code = 0;
  });
}

}  // namespace madsearch
