#include <tbb/parallel_for.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <iostream>
#include <nlohmann/json.hpp>

#include "command.h"
#include "engine/run/config.h"
#include "mad_tasks/table.h"
#include "table.h"

namespace madsearch {
namespace {

using Json = nlohmann::ordered_json;

struct DataFlags {
  std::string battery = "mad-lab";
  std::int64_t examples = 12'800;
  Format format = Format::kText;
};

void bench_data_command(const DataFlags& flags) {
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
    std::cout << table.text() << "making " << flags.examples << " examples of a setting takes at most "
              << shown("%.2f", slowest) << " s\n";
}

}  // namespace

void add_bench_data(CLI::App& bench, int& code) {
  auto flags = std::make_shared<DataFlags>();
  auto* command = bench.add_subcommand("data", "Making the examples of every setting of a battery");
  command->add_option("BATTERY", flags->battery, "a name or a YAML file")->capture_default_str();
  command->add_option("--examples", flags->examples)->check(CLI::PositiveNumber)->capture_default_str();
  add_format(*command, flags->format);
  command->callback([flags, &code] { bench_data_command(*flags), code = 0; });
}

}  // namespace madsearch
