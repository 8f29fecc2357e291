#include "engine/run/directory.h"

#include <fstream>
#include <map>
#include <sstream>
#include <vector>

#include "configs/errors.h"
#include "engine/version.h"

namespace madsearch {
namespace fs = std::filesystem;
namespace {

std::map<std::string, std::string> lines(const std::string& identity) {
  std::map<std::string, std::string> out;
  std::istringstream in(identity);
  for (std::string line; std::getline(in, line);)
    out[line.substr(0, line.find(": "))] = line.substr(std::min(line.size(), line.find(": ") + 2));
  return out;
}

/// Keys that change how far a search goes, not what its results mean.
bool harmless(const std::string& key) {
  return key == "search.evaluations" || key.starts_with("search.confirm_") || key.starts_with("pretrain.");
}

struct Difference {
  std::string text;  // lines "  key: OLD -> NEW"
  bool all_harmless = true;
};

Difference difference(const std::string& before, const std::string& now) {
  Difference out;
  auto old_lines = lines(before), new_lines = lines(now);
  std::map<std::string, std::pair<std::string, std::string>> all;
  for (const auto& [key, value] : old_lines) all[key].first = value;
  for (const auto& [key, value] : new_lines) all[key].second = value;
  for (const auto& [key, values] : all) {
    if (values.first == values.second) continue;
    out.text += "\n  " + key + ": " + (values.first.empty() ? "(none)" : values.first) + " -> " +
                (values.second.empty() ? "(none)" : values.second);
    out.all_harmless = out.all_harmless && harmless(key);
  }
  return out;
}

void write(const fs::path& file, const std::string& text) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << text << std::flush;
  if (!out) throw ConfigError("can't write " + file.string() + ": is the disk full or the folder read-only?");
}

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

}  // namespace

Store open_run(const fs::path& folder, const fs::path& config_file, const RunConfig& config, bool accept) {
  std::error_code error;
  const bool known = fs::exists(folder / "search.db", error);
  if (fs::exists(folder, error) && !fs::is_directory(folder, error))
    throw ConfigError(folder.string() + " is a file; --out needs a folder");
  if (!known && fs::exists(folder, error) && fs::directory_iterator(folder, error) != fs::directory_iterator())
    throw ConfigError(folder.string() + " holds files that are no search of madsearch; choose another --out");
  fs::create_directories(folder, error);
  if (error) throw ConfigError("can't make the folder " + folder.string() + ": " + error.message());
  Store store(folder / "search.db", Store::Mode::kWrite);  // first of all: a folder without it is not ours
  fs::create_directories(folder / "checkpoints");
  const auto before = store.meta("identity");
  if (!before.empty()) {
    const auto changed = difference(before, config.identity());
    if (!changed.text.empty() && !(accept && changed.all_harmless))
      throw ConfigError(
          folder.string() + " holds another search; what differs:" + changed.text + "\n" +
          (changed.all_harmless ? "--accept goes on with the new values" : "choose another --out for the new search"));
    if (store.meta("version") != kVersion)
      throw ConfigError(folder.string() + " was made by madsearch " + store.meta("version") + ", this is " + kVersion +
                        "; its scores can't be mixed with new ones");
  }
  store.transaction([&] {
    if (before != config.identity()) store.put_meta("finished", "");
    if (const auto asked = store.meta("evaluations"); !asked.empty() && std::stoll(asked) < config.search.evaluations)
      store.put_meta("closed_at", "");  // a search that a clock ended goes on
    store.put_meta("evaluations", std::to_string(config.search.evaluations));
    store.put_meta("identity", config.identity());
    store.put_meta("version", kVersion);
    store.put_meta("name", config.name);
    store.put_meta("protocol", to_text(config.limits.shape.protocol));
    store.put_meta("battery", config.battery.name);
    store.put_meta("battery_hash", config.battery.hash());
    std::string names, limits;
    for (const auto& objective : config.objectives) names += objective.name + " ";
    for (const auto& objective : config.objectives) {
      const auto& given = config.limits;
      const auto most = objective.name.starts_with("state") ? given.max_state
                        : objective.name == "parameters"    ? given.max_parameters
                        : objective.name == "flops"         ? given.max_flops
                                                            : std::nullopt;
      limits += std::to_string(most.value_or(0)) + " ";
    }
    store.put_meta("objectives", names);
    store.put_meta("objective_limits", limits);
    store.put_meta("width", std::to_string(config.limits.shape.width));
    store.put_meta("length", std::to_string(config.limits.shape.length));
    store.put_meta("stages", std::to_string(config.limits.stages));
    store.put_meta("config_path", fs::absolute(config_file).string());
  });
  const auto copy = folder / "config.yaml";
  if (std::error_code same; !fs::equivalent(copy, config_file, same)) write(copy, read(config_file));
  write(folder / "resolved.txt", config.identity());
  return store;
}

fs::path stored_config(const fs::path& folder) {
  std::error_code none;
  if (!fs::exists(folder / "search.db", none)) throw ConfigError(folder.string() + " is no run: it has no search.db");
  const Store store(folder / "search.db", Store::Mode::kRead);
  const fs::path original = store.meta("config_path");
  return fs::exists(original, none) ? original
                                    : folder / "config.yaml";  // relative paths in it are meant beside the original
}

}  // namespace madsearch
