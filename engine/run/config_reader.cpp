#include "engine/run/config_reader.h"

#include <algorithm>
#include <cstdio>

#include "configs/errors.h"
#include "configs/text.h"
#include "engine/dispatch/battery_trainings.h"
#include "engine/dispatch/devices.h"
#include "engine/run/config_names.h"
#include "engine/text/separator.h"
#include "primitives/table.h"

namespace madsearch {
namespace fs = std::filesystem;
namespace {

std::vector<std::string> all_primitives() {
  std::vector<std::string> out;
  for (const auto& primitive : primitives()) out.push_back(primitive.name);
  return out;
}

/// The battery of the search, and the shorter one that candidates are probed with, if there is one.
void read_batteries(Reader& in, const ConfigNames& names, RunConfig& out) {
  out.battery = names.battery(in, "battery", "standard");
  if (out.battery.partial())
    throw in.error("battery",
                   "battery \"" + out.battery.name + "\" does not hold all six tasks, so its sum is no MAD score");
  if (in.string("probe", "none") == "none") return;
  out.probe = names.battery(in, "probe", "none");
  if (out.probe->width != out.battery.width)
    throw in.error("probe", "the probe trains at width " + std::to_string(out.probe->width) + ", the battery at " +
                                std::to_string(out.battery.width));
}

ArchitectureLimits read_limits(Reader& in, const Battery& battery) {
  ArchitectureLimits out;
  out.primitives = names_among(in, "primitives", all_primitives(), all_primitives(), "primitive");
  out.stages = in.integer("stages", 8, 1, 64);
  out.shape = shape_of(battery);
  out.widths = in.integers("valid_widths", {}, 4, 65'536);
  if (const auto most = in.integer("parameters", 0, 0, 1'000'000'000'000); most > 0) out.parameters = most;
  out.parallel = in.boolean("parallel", true);
  out.sharing = in.boolean("sharing", true);
  // A window as long as the battery's sequences would be full attention at a fraction of its price.
  out.max_window = std::max<std::int64_t>(1, battery.shortest_recall() / 4);
  Reader limits = in.child("limits");
  const auto limit = [&](const char* key) -> std::optional<std::int64_t> {
    if (!limits.has(key)) return {};
    return limits.integer(key, 0, 1, 1'000'000'000'000'000);
  };
  out.max_state = limit("state");
  out.max_parameters = limit("parameters");
  out.max_flops = limit("flops");
  limits.finish();
  return out;
}

/// The hand designs that start the search, repeated to its stages.
std::vector<Design> read_seeds(Reader& in, const ConfigNames& names, const ArchitectureLimits& limits) {
  const Architectures space(limits);
  std::vector<Design> out;
  for (auto& design : names.designs(in, "seeds", {"transformer++"})) {
    try {
      design.genome = repeated(design, limits.stages);
    } catch (const ConfigError& error) {
      throw in.error("seeds", error.what());
    }
    if (const auto sentence = space.refusal(design.genome, true); !sentence.empty())
      throw in.error("seeds", "design \"" + design.name + "\" can't take part: " + sentence);
    out.push_back(std::move(design));
  }
  return out;
}

std::vector<Objective> read_objectives(Reader& in, const ArchitectureLimits& limits) {
  const auto names = names_among(in, "objectives", {"score", "state"}, objective_names(), "objective");
  if (names.size() < 2 || names.size() > 3)
    throw in.error("objectives", "a search has two or three objectives, not " + std::to_string(names.size()));
  if (std::find(names.begin(), names.end(), "score") == names.end())
    throw in.error("objectives", "one objective must be score");
  std::vector<Objective> out;
  for (const auto& name : names) {
    for (const auto& other : out)
      if (other.name == name) throw in.error("objectives", "the objective \"" + name + "\" is given twice");
    out.push_back(objective(name, static_cast<double>(limit_of(limits, name).value_or(0))));
  }
  return out;
}

/// Cells of the archive's grid: half a point of score, 0.15 decades of a size.
std::vector<double> default_grid(const std::vector<Objective>& objectives) {
  std::vector<double> out;
  for (const auto& objective : objectives) out.push_back(objective.name == "score" ? 0.005 : 0.15);
  return out;
}

/// The first of the folders under `data` that exists and holds something.
std::string read_data(Reader& in, const ConfigNames& names) {
  const auto folders = in.strings("data", {});
  if (folders.empty())
    throw in.error("members", "pretraining needs `data`: a folder of texts (*.txt) or of token shards (*.bin)");
  for (const auto& folder : folders) {
    const auto path = names.resolved(folder);
    std::error_code none;
    if (fs::is_directory(path, none) && !fs::is_empty(path, none)) return path.string();
  }
  throw in.error("data", "no such folder, or nothing in it: " + joined(folders));
}

std::string read_separator(Reader& in) {
  const auto text = in.string("separator", "");
  if (!Separator::parse(text))
    throw in.error("separator",
                   "separator must be the id of a token, from 0 to 2147483647, or none, not " + in_quotes(text));
  return text;
}

PretrainOptions read_pretrain(Reader in, const ConfigNames& names) {
  PretrainOptions out;
  out.place = in.place();
  out.members = in.integer("members", 0, 0, 1000);
  out.controls = names.designs(in, "controls", {"transformer++"});
  out.pairs = in.integer("pairs", 0, 0, 1000);
  out.flops = in.real("flops", 0, 0, 1e30);
  out.parameters = in.integer("parameters", 0, 0, 1'000'000'000'000);
  out.repeat = in.integer("repeat", 1, 1, 64);
  out.length = in.integer("length", 256, 8, 1 << 20);
  out.batch = in.integer("batch", 8, 1, 65'536);
  out.learning_rates = in.reals("learning_rates", {1e-3, 3e-3, 9e-3}, 1e-9, 10);
  if (out.learning_rates.empty()) throw in.error("learning_rates", "pretraining needs a learning rate at least");
  out.max_epochs = in.real("max_epochs", 4, 1e-6, 1e6);
  out.vocabulary = in.integer("vocabulary", 0, 2, 1 << 30);
  out.separator = read_separator(in);
  out.bytes_per_token = in.real("bytes_per_token", 0, 0.01, 1000);
  if (out.members > 0) {
    out.data = read_data(in, names);
    if (out.flops <= 0) throw in.error("members", "pretraining needs `flops`: the training FLOPs of one design");
    if (out.parameters <= 0)
      throw in.error("members", "pretraining needs `parameters`: the size of each design without embeddings");
  } else {
    in.has("data");  // without members it is known, and not needed
  }
  in.finish();
  return out;
}

/// Devices and slots. A search that lags less than it has slots would always let some of them wait.
WorkerOptions read_workers(Reader& in, std::int64_t lag) {
  WorkerOptions out;
  out.command = in.string("worker", out.command);
  try {
    out.devices = resolve_devices(in.strings("devices", {"auto"}));
  } catch (const ConfigError& error) {
    throw in.error("devices", error.what());
  }
  out.slots_per_device = in.integer("slots_per_device", 0, 0, 1024);
  const auto devices = static_cast<std::int64_t>(out.devices.size());
  const auto most = std::max<std::int64_t>(1, lag / devices);
  if (out.slots_per_device == 0) out.slots_per_device = std::min(default_slots(out.devices), most);
  out.attempts = in.integer("attempts", 2, 1, 100);
  const auto slots = devices * out.slots_per_device;
  if (lag < slots)
    throw in.error("search",
                   "lag " + std::to_string(lag) + " is below the " + std::to_string(slots) +
                       " slots of the devices, so that some would always wait: search needs \"lag: " +
                       std::to_string(slots) + "\" or more, or \"slots_per_device\" at most " + std::to_string(most),
                   false);
  return out;
}

std::string read_until(Reader& in) {
  const auto time = in.string("until", "");
  if (time.empty()) return time;
  int hour = -1;
  int minute = -1;
  char rest = 0;
  if (std::sscanf(time.c_str(), "%2d:%2d%c", &hour, &minute, &rest) != 2 || hour < 0 || hour > 23 || minute < 0 ||
      minute > 59)
    throw in.error("until", "expected a time of day like \"07:00\", not " + in_quotes(time));
  return time;
}

}  // namespace

RunConfig read_run(const fs::path& file, const fs::path& configs) {
  Reader in = Reader::file(file);
  const ConfigNames names(file, configs);
  RunConfig out;
  out.name = file.stem().string();
  out.seed = static_cast<std::uint64_t>(in.integer("seed", 1, 0, INT64_MAX));
  read_batteries(in, names, out);
  out.limits = read_limits(in, out.battery);
  out.seeds = read_seeds(in, names, out.limits);
  out.search = read_search(in.child("search"));
  out.search.probe = out.probe.has_value();
  out.objectives = read_objectives(in, out.limits);
  if (out.search.grid.empty()) out.search.grid = default_grid(out.objectives);
  out.search.population = out.search.resolved_population();  // a later change of `evaluations` leaves it as it is
  out.feasible_above = in.real("feasible_above", 0.1, 0, 1);
  out.pretrain = read_pretrain(in.child("pretrain"), names);
  out.workers = read_workers(in, out.search.lag);
  out.hours = in.real("hours", 0, 0, 10'000);
  out.until = read_until(in);
  out.metrics_port = static_cast<int>(in.integer("metrics_port", 0, 0, 65'535));
  in.finish();
  return out;
}

}  // namespace madsearch
