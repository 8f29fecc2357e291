#include "engine/run/directory.h"

#include <unistd.h>

#include <fstream>
#include <map>
#include <sstream>
#include <vector>

#include "configs/errors.h"
#include "engine/version.h"
#include "results/run_meta.h"
#include "results/scoring.h"

namespace madsearch {
namespace fs = std::filesystem;
namespace {

/// The "key: value" lines of an identity.
std::map<std::string, std::string> lines(const std::string& identity) {
  std::map<std::string, std::string> out;
  std::istringstream in(identity);
  for (std::string line; std::getline(in, line);) {
    const auto colon = line.find(": ");
    out[line.substr(0, colon)] = line.substr(std::min(line.size(), colon + 2));
  }
  return out;
}

/// Keys that change how far a search goes, not what its results mean.
bool harmless(const std::string& key) {
  return key == "search.evaluations" || key.starts_with("search.confirm_") || key.starts_with("pretrain.");
}

struct Difference {
  std::string text;  // a line "  key: OLD -> NEW" for each key that differs, a line break before each
  bool all_harmless = true;
};

Difference difference(const std::string& before, const std::string& now) {
  Difference out;
  std::map<std::string, std::pair<std::string, std::string>> all;
  for (const auto& [key, value] : lines(before)) all[key].first = value;
  for (const auto& [key, value] : lines(now)) all[key].second = value;
  for (const auto& [key, values] : all) {
    if (values.first == values.second) continue;
    if (values.first.empty() && key.starts_with("operators.")) continue;  // the run was made before these were listed
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

/// Throws ConfigError unless `folder` is missing, empty or the folder of a run.
void check_folder(const fs::path& folder) {
  std::error_code error;
  if (!fs::exists(folder, error) || fs::exists(folder / "search.db", error)) return;
  if (!fs::is_directory(folder, error)) throw ConfigError(folder.string() + " is a file; --out needs a folder");
  if (fs::directory_iterator(folder, error) != fs::directory_iterator())
    throw ConfigError(folder.string() + " holds files that are no search of madsearch; choose another --out");
}

/// Throws ConfigError if the run that `before` describes is not one that `config` can go on with.
void check_run(const fs::path& folder, const RunMeta& before, const RunConfig& config, bool accept) {
  if (before.identity.empty()) return;  // a new one
  const auto changed = difference(before.identity, config.identity());
  if (!changed.text.empty() && !(accept && changed.all_harmless))
    throw ConfigError(
        folder.string() + " holds another search; what differs:" + changed.text + "\n" +
        (changed.all_harmless ? "--accept goes on with the new values" : "choose another --out for the new search"));
  if (scoring_of(before) != kScoring)
    throw ConfigError(folder.string() + " was made by madsearch " + before.version + ", whose scores are of version " +
                      std::to_string(scoring_of(before)) + ", this is " + kVersion + " with version " +
                      std::to_string(kScoring) + "; its scores can't be mixed with new ones");
}

/// "12 on host"
std::string this_process() {
  char host[256] = {};
  gethostname(host, sizeof host - 1);
  return std::to_string(getpid()) + " on " + host;
}

/// What the folder said so far, `out`, as the search of `config` goes on with it.
RunMeta described(RunMeta out, const RunConfig& config, const fs::path& config_file) {
  if (out.name.empty()) out.name = config.name;  // it stays, also where the folder's copy is what is read later
  if (!difference(out.identity, config.identity()).text.empty()) out.finished = false;
  if (out.evaluations && *out.evaluations < config.search.evaluations)
    out.closed_at.reset();  // a search that a clock ended goes on
  out.evaluations = config.search.evaluations;
  out.identity = config.identity();
  out.scoring = kScoring;
  out.version = kVersion;
  out.revision = kRevision;
  out.writer = this_process();
  out.protocol = to_text(config.limits.shape.protocol);
  out.battery = config.battery.name;
  out.battery_hash = config.battery.hash();
  out.objectives.clear();
  out.objective_limits.clear();
  for (const auto& objective : config.objectives) {
    out.objectives.push_back(objective.name);
    out.objective_limits.push_back(limit_of(config.limits, objective.name).value_or(0));
  }
  out.width = config.limits.shape.width;
  out.length = config.limits.shape.length;
  out.stages = config.limits.stages;
  out.config_path = fs::absolute(config_file).string();
  return out;
}

}  // namespace

Store open_run(const fs::path& folder, const fs::path& config_file, const RunConfig& config, bool accept) {
  check_folder(folder);
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw ConfigError("can't make the folder " + folder.string() + ": " + error.message());
  Store store(folder / "search.db", Store::Mode::kWrite);  // first of all: a folder without it is not ours
  fs::create_directories(folder / "checkpoints");
  const auto before = read_meta(store);
  check_run(folder, before, config, accept);
  write_meta(store, described(before, config, config_file));
  const auto copy = folder / "config.yaml";
  if (std::error_code same; !fs::equivalent(copy, config_file, same)) write(copy, read(config_file));
  write(folder / "resolved.txt", config.identity());
  return store;
}

fs::path stored_config(const fs::path& folder) {
  std::error_code none;
  if (!fs::exists(folder / "search.db", none)) throw ConfigError(folder.string() + " is no run: it has no search.db");
  const fs::path original = read_meta(Store(folder / "search.db", Store::Mode::kRead)).config_path;
  if (fs::exists(original, none)) return original;  // relative paths in it are meant beside it
  return folder / "config.yaml";
}

}  // namespace madsearch
