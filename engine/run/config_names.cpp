#include "engine/run/config_names.h"

#include <algorithm>

#include "configs/errors.h"
#include "configs/text.h"
#include "results/front_report.h"
#include "results/store.h"
#include "search/architecture/parser.h"

namespace madsearch {
namespace fs = std::filesystem;
namespace {

/// The members of a former run's front, as designs of their own.
std::vector<Design> former_front(const fs::path& run) {
  const Store store(run / "search.db", Store::Mode::kRead);
  std::vector<Design> out;
  for (const auto& row : read_front(store).front)
    out.push_back({run.filename().string() + "#" + row.candidate.hash.substr(0, 6),
                   canonical(parse(row.candidate.text)), "", ""});
  return out;
}

}  // namespace

ConfigNames::ConfigNames(fs::path file, fs::path configs) : file_(std::move(file)), configs_(std::move(configs)) {}

fs::path ConfigNames::resolved(const fs::path& path) const {
  if (path.is_absolute()) return path;
  std::error_code none;
  if (const auto beside = file_.parent_path() / path; fs::exists(beside, none))
    return fs::weakly_canonical(beside, none);
  return path;
}

Battery ConfigNames::battery(Reader& in, const std::string& key, const std::string& otherwise) const {
  const auto name = in.string(key, otherwise);
  try {
    return load_battery(name.ends_with(".yaml") ? resolved(name).string() : name, configs_);
  } catch (const ConfigError& error) {
    if (!in.has(key) || std::string(error.what()).find(".yaml:") != std::string::npos)
      throw;  // the place in the battery's own file says more
    throw in.error(key, error.what());
  }
}

std::vector<Design> ConfigNames::designs(Reader& in, const std::string& key,
                                         const std::vector<std::string>& otherwise) const {
  std::vector<Design> out;
  for (const auto& name : in.strings(key, otherwise)) {
    try {
      std::error_code none;
      const auto path = resolved(name);
      if (fs::exists(path / "search.db", none)) {
        for (auto& design : former_front(path)) out.push_back(std::move(design));
      } else {
        out.push_back(find_design(name.ends_with(".yaml") ? path.string() : name, configs_));
      }
    } catch (const ConfigError& error) {
      throw in.error(key, error.what());
    }
  }
  return out;
}

std::vector<std::string> names_among(Reader& in, const std::string& key, const std::vector<std::string>& otherwise,
                                     const std::vector<std::string>& allowed, const std::string& what) {
  const auto names = in.strings(key, otherwise);
  for (const auto& name : names)
    if (std::find(allowed.begin(), allowed.end(), name) == allowed.end())
      throw in.error(key, "unknown " + what + " " + in_quotes(name) + expected_one_of(allowed, name));
  return names;
}

}  // namespace madsearch
