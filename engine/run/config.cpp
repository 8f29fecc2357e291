#include "engine/run/config.h"

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "configs/errors.h"
#include "configs/text.h"
#include "engine/dispatch/battery_trainings.h"
#include "primitives/table.h"
#include "results/front_report.h"
#include "results/store.h"

namespace madsearch {
namespace fs = std::filesystem;
namespace {

std::vector<std::string> all_primitives() {
  std::vector<std::string> out;
  for (const auto& primitive : primitives()) out.push_back(primitive.name);
  return out;
}

template <class T>
std::string numbers(const std::vector<T>& items) {
  std::ostringstream out;
  out.precision(17);
  for (std::size_t i = 0; i < items.size(); ++i) out << (i ? " " : "") << items[i];
  return out.str();
}

/// A path of the configuration: beside the file, else in the working directory.
fs::path resolved(const fs::path& path, const fs::path& file) {
  if (path.is_absolute()) return path;
  std::error_code none;
  if (const auto beside = file.parent_path() / path; fs::exists(beside, none))
    return fs::weakly_canonical(beside, none);
  return path;
}

Battery battery_of(Reader& in, const std::string& key, const std::string& otherwise, const fs::path& file,
                   const fs::path& configs) {
  const auto name = in.string(key, otherwise);
  try {
    return load_battery(name.ends_with(".yaml") ? resolved(name, file).string() : name, configs);
  } catch (const ConfigError& error) {
    if (!in.has(key) || std::string(error.what()).find(".yaml:") != std::string::npos)
      throw;  // the place in the battery's own file says more
    throw in.error(key, error.what());
  }
}

std::vector<std::string> checked(Reader& in, const std::string& key, const std::vector<std::string>& otherwise,
                                 const std::vector<std::string>& allowed, const std::string& what) {
  const auto names = in.strings(key, otherwise);
  for (const auto& name : names)
    if (std::find(allowed.begin(), allowed.end(), name) == allowed.end())
      throw in.error(key, "unknown " + what + " \"" + name + "\"" + expected_one_of(allowed, name));
  return names;
}

/// The members of a former run's front, as designs of their own.
std::vector<Design> former_front(const fs::path& run) {
  const Store store(run / "search.db", Store::Mode::kRead);
  std::vector<Design> out;
  for (const auto& row : read_front(store).front)
    out.push_back({run.filename().string() + "#" + row.candidate.hash.substr(0, 6),
                   canonical(parse(row.candidate.text)), "", ""});
  return out;
}

std::vector<Design> designs_of(Reader& in, const std::string& key, const std::vector<std::string>& otherwise,
                               const fs::path& file, const fs::path& configs) {
  std::vector<Design> out;
  for (const auto& name : in.strings(key, otherwise)) {
    try {
      std::error_code none;
      const auto path = resolved(name, file);
      if (fs::exists(path / "search.db", none)) {
        for (auto& design : former_front(path)) out.push_back(std::move(design));
      } else {
        out.push_back(find_design(name.ends_with(".yaml") ? path.string() : name, configs));
      }
    } catch (const ConfigError& error) {
      throw in.error(key, error.what());
    }
  }
  return out;
}

ArchitectureLimits limits_of(Reader& in, const RunConfig& config) {
  ArchitectureLimits out;
  out.primitives = checked(in, "primitives", all_primitives(), all_primitives(), "primitive");
  out.stages = in.integer("stages", 8, 1, 64);
  out.shape = shape_of(config.battery);
  for (const auto width : in.reals("valid_widths", {}, 4, 65'536))
    out.widths.push_back(static_cast<std::int64_t>(width));
  if (const auto most = in.integer("parameters", 0, 0, 1'000'000'000'000); most > 0) out.parameters = most;
  out.parallel = in.boolean("parallel", true);
  out.sharing = in.boolean("sharing", true);
  // A window as long as the battery's sequences would be full attention at a fraction of its price.
  out.max_window = std::max<std::int64_t>(1, config.battery.shortest_recall() / 4);
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

/// The first of the folders that exists and holds something.
std::string data_of(Reader& in, const fs::path& file) {
  const auto folders = in.strings("data", {});
  if (folders.empty())
    throw in.error("members", "pretraining needs `data`: a folder of texts (*.txt) or of token shards (*.bin)");
  for (const auto& folder : folders) {
    const auto path = resolved(folder, file);
    std::error_code none;
    if (fs::is_directory(path, none) && fs::directory_iterator(path, none) != fs::directory_iterator())
      return path.string();
  }
  throw in.error("data", "no such folder, or nothing in it: " + joined(folders));
}

PretrainOptions pretrain_of(Reader in, const fs::path& file, const fs::path& configs) {
  PretrainOptions out;
  out.members = in.integer("members", 0, 0, 1000);
  out.controls = designs_of(in, "controls", {"transformer++"}, file, configs);
  out.pairs = in.integer("pairs", 0, 0, 1000);
  out.flops = in.real("flops", 0, 0, 1e30);
  out.parameters = in.integer("parameters", 0, 0, 1'000'000'000'000);
  out.repeat = in.integer("repeat", 1, 1, 64);
  out.length = in.integer("length", 256, 8, 1 << 20);
  out.batch = in.integer("batch", 8, 1, 65'536);
  out.learning_rates = in.reals("learning_rates", {1e-3, 3e-3, 9e-3}, 1e-9, 10);
  out.max_epochs = in.real("max_epochs", 4, 0, 1e6);
  out.vocabulary = in.integer("vocabulary", 0, 0, 1 << 30);
  out.separator = in.integer("separator", 0, 0, 1 << 30);
  out.bytes_per_token = in.real("bytes_per_token", 0, 0, 1000);
  if (out.members > 0) {
    out.data = data_of(in, file);
    if (out.flops <= 0) throw in.error("members", "pretraining needs `flops`: the training FLOPs of one design");
    if (out.parameters <= 0)
      throw in.error("members", "pretraining needs `parameters`: the size of each design without embeddings");
  } else {
    in.has("data");
  }
  in.finish();
  return out;
}

std::vector<Objective> objectives_of(Reader& in, const ArchitectureLimits& limits) {
  const auto names = checked(in, "objectives", {"score", "state"}, objective_names(), "objective");
  if (names.size() < 2 || names.size() > 3)
    throw in.error("objectives", "a search has two or three objectives, not " + std::to_string(names.size()));
  if (std::find(names.begin(), names.end(), "score") == names.end())
    throw in.error("objectives", "one objective must be score");
  std::vector<Objective> out;
  for (const auto& name : names) {
    for (const auto& other : out)
      if (other.name == name) throw in.error("objectives", "the objective \"" + name + "\" is given twice");
    const auto& most = name.starts_with("state") ? limits.max_state
                       : name == "parameters"    ? limits.max_parameters
                                                 : limits.max_flops;
    out.push_back(objective(name, name == "score" ? 0 : static_cast<double>(most.value_or(0))));
  }
  return out;
}

std::string checked_time(Reader& in) {
  const auto time = in.string("until", "");
  if (time.empty()) return time;
  int hour = -1, minute = -1;
  char rest = 0;
  if (std::sscanf(time.c_str(), "%2d:%2d%c", &hour, &minute, &rest) != 2 || hour < 0 || hour > 23 || minute < 0 ||
      minute > 59)
    throw in.error("until", "expected a time of day like \"07:00\", not \"" + time + "\"");
  return time;
}

}  // namespace

RunConfig read_run(const fs::path& file, const fs::path& configs) {
  Reader in = Reader::file(file);
  RunConfig out;
  out.name = file.stem().string();
  out.seed = static_cast<std::uint64_t>(in.integer("seed", 1, 0, INT64_MAX));
  out.battery = battery_of(in, "battery", "standard", file, configs);
  if (out.battery.partial())
    throw in.error("battery",
                   "battery \"" + out.battery.name + "\" does not hold all six tasks, so its sum is no MAD score");
  if (in.string("probe", "none") != "none") out.probe = battery_of(in, "probe", "none", file, configs);
  if (out.probe && out.probe->width != out.battery.width)
    throw in.error("probe", "the probe trains at width " + std::to_string(out.probe->width) + ", the battery at " +
                                std::to_string(out.battery.width));
  out.limits = limits_of(in, out);
  const Architectures space(out.limits);
  for (auto& design : designs_of(in, "seeds", {"transformer++"}, file, configs)) {
    try {
      design.genome = repeated(design, out.limits.stages);
    } catch (const ConfigError& error) {
      throw in.error("seeds", error.what());
    }
    if (const auto sentence = space.refusal(design.genome, true); !sentence.empty())
      throw in.error("seeds", "design \"" + design.name + "\" can't take part: " + sentence);
    out.seeds.push_back(std::move(design));
  }
  out.search = read_search(in.child("search"));
  out.search.probe = out.probe.has_value();
  out.objectives = objectives_of(in, out.limits);
  if (out.search.grid.empty())  // design.md, section 8: half a point of score, 0.15 decades of a size
    for (const auto& objective : out.objectives) out.search.grid.push_back(objective.name == "score" ? 0.005 : 0.15);
  out.search.population = out.search.resolved_population();  // a later change of `evaluations` leaves it as it is
  out.feasible_above = in.real("feasible_above", 0.1, 0, 1);
  out.pretrain = pretrain_of(in.child("pretrain"), file, configs);
  out.workers.command = in.string("worker", out.workers.command);
  try {
    out.workers.devices = resolve_devices(in.strings("devices", {"auto"}));
  } catch (const ConfigError& error) {
    throw in.error("devices", error.what());
  }
  out.workers.slots_per_device = in.integer("slots_per_device", 0, 0, 1024);
  const auto devices = static_cast<std::int64_t>(out.workers.devices.size()),
             most = std::max<std::int64_t>(1, out.search.lag / devices);
  if (out.workers.slots_per_device == 0)
    out.workers.slots_per_device = std::min(default_slots(out.workers.devices), most);
  out.workers.attempts = in.integer("attempts", 2, 1, 100);
  const auto slots = devices * out.workers.slots_per_device;
  if (out.search.lag < slots)
    throw in.error("search",
                   "lag " + std::to_string(out.search.lag) + " is below the " + std::to_string(slots) +
                       " slots of the devices, so that some would always wait: " + "search needs \"lag: " +
                       std::to_string(slots) + "\" or more, or \"slots_per_device\" at most " + std::to_string(most),
                   false);
  out.hours = in.real("hours", 0, 0, 10'000);
  out.until = checked_time(in);
  out.metrics_port = static_cast<int>(in.integer("metrics_port", 0, 0, 65'535));
  in.finish();
  return out;
}

std::string RunConfig::identity() const {
  std::ostringstream out;
  out.precision(17);
  const auto line = [&](const std::string& key, const auto& value) { out << key << ": " << value << "\n"; };
  line("seed", seed);
  line("battery", battery.name + " " + battery.hash());
  line("probe", probe ? probe->name + " " + probe->hash() : "none");
  line("stages", limits.stages);
  line("width", limits.shape.width);
  line("primitives", joined(limits.primitives));
  line("valid_widths", numbers(limits.widths));
  line("parameters", limits.parameters.value_or(0));
  line("max_window", limits.max_window);
  line("parallel", limits.parallel);
  line("sharing", limits.sharing);
  line("limits.state", limits.max_state.value_or(0));
  line("limits.parameters", limits.max_parameters.value_or(0));
  line("limits.flops", limits.max_flops.value_or(0));
  for (const auto& design : seeds) line("seeds." + design.name, expanded_text(design.genome));
  for (const auto& objective : objectives) line("objectives." + objective.name, objective.worst);
  line("feasible_above", feasible_above);
  line("search.algorithm", search.algorithm);
  line("search.evaluations", search.evaluations);
  line("search.population", search.population);
  line("search.crossover", search.crossover);
  line("search.mutations", search.mutations);
  line("search.lag", search.lag);
  line("search.eta", search.eta);
  line("search.resample_after", search.resample_after);
  line("search.grid", numbers(search.grid));
  line("search.confirm_seeds", search.confirm_seeds);
  line("search.confirm_members", search.confirm_members);
  line("pretrain.members", pretrain.members);
  line("pretrain.pairs", pretrain.pairs);
  for (const auto& design : pretrain.controls) line("pretrain.controls." + design.name, expanded_text(design.genome));
  line("pretrain.flops", pretrain.flops);
  line("pretrain.parameters", pretrain.parameters);
  line("pretrain.repeat", pretrain.repeat);
  line("pretrain.length", pretrain.length);
  line("pretrain.batch", pretrain.batch);
  line("pretrain.learning_rates", numbers(pretrain.learning_rates));
  return out.str();
}

std::string RunConfig::hash() const { return hexadecimal(Seed{}.derive(identity()).value); }

fs::path configs_folder() {
  if (const char* folder = std::getenv("MADSEARCH_CONFIGS")) return folder;
  return MADSEARCH_CONFIGS_DIR;
}

}  // namespace madsearch
