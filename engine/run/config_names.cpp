#include "engine/run/config_names.h"

#include <algorithm>
#include <sstream>

#include "configs/errors.h"
#include "configs/text.h"
#include "results/front_report.h"
#include "results/store.h"
#include "search/architecture/parser.h"

namespace madsearch {
namespace fs = std::filesystem;
namespace {

// Of a template among the seeds.
constexpr std::int64_t kFillings = 4;
constexpr std::int64_t kMostFillings = 100;

/// A line "NAME<tab>TEXT".
std::string line_of(const std::string& name, const std::string& expanded) { return name + "\t" + expanded + "\n"; }

/// A design of a former run as a line.
std::string line_of(const fs::path& run, const CandidateRecord& candidate) {
  const auto folder = run.has_filename() ? run : run.parent_path();
  return line_of(folder.filename().string() + "#" + candidate.hash.substr(0, 6), candidate.text);
}

/// The members of a former run's front, a line each. Throws ConfigError if there is none.
std::string former_front(const fs::path& run) {
  const Store store(run / "search.db", Store::Mode::kRead);
  std::string out;
  for (const auto& row : read_front(store).front) out += line_of(run, row.candidate);
  if (out.empty()) throw ConfigError("the run " + run.string() + " has no front yet, so no design to begin with");
  return out;
}

/// The one whose id begins so. Throws ConfigError for none and for several.
CandidateRecord with_id(const std::vector<CandidateRecord>& all, const std::string& id) {
  std::vector<const CandidateRecord*> found;
  std::vector<std::string> ids;
  for (const auto& candidate : all) {
    if (candidate.hash.starts_with(id)) found.push_back(&candidate);
    ids.push_back(candidate.hash.substr(0, std::max<std::size_t>(id.size(), 8)));
  }
  if (found.size() == 1) return *found.front();
  if (found.size() > 1)
    throw ConfigError("the ids of " + std::to_string(found.size()) + " designs of that run begin with " +
                      in_quotes(id));
  throw ConfigError("no design of that run has the id " + in_quotes(id) + did_you_mean(id, ids));
}

/// A line for each design of these ids that `lines` lacks.
std::string former_designs(const fs::path& run, const std::vector<std::string>& ids, const std::string& lines) {
  const auto all = Store(run / "search.db", Store::Mode::kRead).candidates();
  std::string out = lines;
  for (const auto& id : ids)
    if (const auto line = line_of(run, with_id(all, id)); out.find(line) == std::string::npos) out += line;
  return out;
}

std::vector<Design> designs_in(const std::string& text) {
  std::vector<Design> out;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const auto tab = line.find('\t');
    out.push_back({line.substr(0, tab), canonical(parse_expanded(line.substr(tab + 1))), "", ""});
  }
  return out;
}

bool is_yaml(const std::string& name) { return name.ends_with(".yaml") || name.ends_with(".yml"); }

/// What a file is called in messages, and what its design is called, where only its text is left.
std::string as_file_name(const std::string& name) { return is_yaml(name) ? name : name + ".yaml"; }

}  // namespace

ConfigNames::ConfigNames(fs::path file, fs::path configs) : file_(std::move(file)), configs_(std::move(configs)) {}
ConfigNames::ConfigNames(Inputs found) : stored_(true), data_may_be_gone_(true), found_(std::move(found)) {}

ConfigNames ConfigNames::of_first_release(fs::path file, fs::path configs, bool data_may_be_gone) {
  ConfigNames out(std::move(file), std::move(configs));
  out.data_may_be_gone_ = data_may_be_gone;
  out.first_release_ = true;
  return out;
}

fs::path ConfigNames::resolved(const fs::path& path) const {
  if (path.is_absolute()) return path;
  std::error_code none;
  if (const auto beside = file_.parent_path() / path; fs::exists(beside, none))
    return fs::weakly_canonical(beside, none);
  return path;
}

Battery ConfigNames::battery(Reader& in, const std::string& key, const std::string& otherwise) {
  const auto name = in.string(key, otherwise);
  const auto input = "battery " + name;
  try {
    if (const auto known = found_.find(input); known != found_.end())
      return read_battery(Reader::text(known->second, as_file_name(name)));
    if (stored_) throw ConfigError("the run's folder lacks the battery \"" + name + "\"");
    if (!is_yaml(name)) return shipped_battery(name);
    const auto file = Reader::file(battery_file(resolved(name).string(), configs_));
    found_[input] = file.source();
    return read_battery(file);
  } catch (const ConfigError& error) {
    if (!in.has(key) || std::string(error.what()).find(".yaml:") != std::string::npos)
      throw;  // the place in the battery's own file says more
    throw in.error(key, error.what());
  }
}

Battery ConfigNames::shipped_battery(const std::string& name) {
  const auto then = name + "-0.1";
  std::error_code none;
  const bool renamed = first_release_ && fs::exists(configs_ / "batteries" / (then + ".yaml"), none);
  const auto file = Reader::file(battery_file(renamed ? then : name, configs_));
  found_["battery " + name] = file.source();
  auto out = read_battery(file);
  out.name = name;
  return out;
}

/// What an earlier release stored: files and fronts as they were written, and texts in the configuration alone. Knobs
/// that have been added since were written nowhere.
std::vector<Design> ConfigNames::stored_by_an_earlier_release(const std::string& name) const {
  if (const auto known = found_.find("design " + name); known != found_.end())
    return {read_design(Reader::text(known->second, as_file_name(name)), Unwritten::kBefore)};
  return {text_design(name, Unwritten::kBefore)};
}

std::vector<Design> ConfigNames::designs_of(const std::string& name) {
  for (const std::string kind : {"expanded ", "front "})
    if (const auto known = found_.find(kind + name); known != found_.end()) return designs_in(known->second);
  if (stored_) return stored_by_an_earlier_release(name);
  const auto path = resolved(name);
  if (std::error_code none; fs::exists(path / "search.db", none))
    return designs_in(found_["front " + name] = former_front(path));
  const auto design = named_design(name, path);
  found_["expanded " + name] = line_of(design.name, expanded_text(design.genome));
  return {design};
}

/// On the disk, or the text itself.
Design ConfigNames::named_design(const std::string& name, const fs::path& path) {
  const auto file = design_file(is_design_file(name) ? path.string() : name, configs_);
  if (!file) return text_design(name);
  const auto read = Reader::file(*file);
  found_["design " + name] = read.source();
  return read_design_file(read);
}

std::vector<Design> ConfigNames::designs(Reader& in, const std::string& key,
                                         const std::vector<std::string>& otherwise) {
  std::vector<Design> out;
  for (const auto& name : in.strings(key, otherwise)) {
    try {
      for (auto& design : designs_of(name)) out.push_back(std::move(design));
    } catch (const ConfigError& error) {
      throw in.error(key, error.what());
    }
  }
  return out;
}

std::vector<Design> ConfigNames::fillings_of(const std::string& text, std::size_t times, bool all,
                                             const FillTemplate& fill) {
  const auto input = "fillings " + std::to_string(times) + " " + text;
  auto known = found_.find(input);
  if (known == found_.end()) {
    if (stored_) throw ConfigError("the run's folder lacks the fillings of the template " + in_quotes(text));
    std::string lines;
    for (const auto& genome : fill(text, times, all))
      lines += line_of("template#" + hash(genome).substr(0, 6), expanded_text(genome));
    known = found_.emplace(input, lines).first;
  }
  return designs_in(known->second);
}

std::vector<Design> ConfigNames::seeds_of(ReaderEntry& entry, const FillTemplate& fill) {
  if (!entry.mapping && has_holes(entry.text)) return fillings_of(entry.text, kFillings, false, fill);
  if (!entry.mapping) return designs_of(entry.text);
  auto& in = *entry.mapping;
  if (in.has("run")) return designs_with_results(in);
  const auto text = in.required("template");
  const bool all = in.has("fillings");
  const auto times = in.integer("fillings", kFillings, 1, kMostFillings);
  in.finish();
  try {
    return fillings_of(text, static_cast<std::size_t>(times), all, fill);
  } catch (const ConfigError& error) {
    throw in.error("template", error.what());
  }
}

/// Of a former run its front, or designs by their ids.
std::vector<Design> ConfigNames::designs_with_results(Reader& in) {
  const auto run = in.required("run");
  const auto ids = in.strings("ids", {});
  const bool front = in.boolean("front", ids.empty());
  in.finish();
  if (!front && ids.empty()) throw in.error("front", "without its front a run gives the designs of `ids` alone");
  const auto input = "results " + run + (front ? " front " : " ") + joined(ids, " ");
  if (const auto known = found_.find(input); known != found_.end()) return designs_in(known->second);
  if (stored_) throw ConfigError("the run's folder lacks the designs of " + in_quotes(run));
  const auto folder = resolved(run);
  std::string lines;
  try {
    if (std::error_code none; !fs::exists(folder / "search.db", none))
      throw ConfigError(in_quotes(run) + " is no folder of a run: it has no search.db");
    if (front) lines = former_front(folder);
  } catch (const ConfigError& error) {
    throw in.error("run", error.what());
  }
  try {
    lines = former_designs(folder, ids, lines);
  } catch (const ConfigError& error) {
    throw in.error("ids", error.what());
  }
  found_[input] = lines;
  auto out = designs_in(lines);
  auto& former = former_runs_.try_emplace(run, FormerRun{folder, {}}).first->second;
  for (const auto& design : out) former.hashes.push_back(hash(design.genome));
  return out;
}

std::vector<Design> ConfigNames::seeds(Reader& in, const std::string& key, const std::vector<std::string>& otherwise,
                                       const FillTemplate& fill) {
  std::vector<Design> out;
  for (auto& entry : in.entries(key, otherwise)) {
    try {
      for (auto& design : seeds_of(entry, fill)) out.push_back(std::move(design));
    } catch (const ConfigError& error) {
      if (entry.mapping) throw;  // its own place is shown
      if (!in.has(key)) throw in.child("space").error("template", error.what());
      throw in.error(key, error.what());
    }
  }
  return out;
}

Template ConfigNames::space_template(const std::string& text, std::int64_t stages) {
  const auto input = "template " + text;
  auto known = found_.find(input);
  if (known == found_.end()) {
    if (stored_) throw ConfigError("the run's folder lacks the template " + in_quotes(text));
    known = found_.emplace(input, expanded_text(parse_template(text))).first;
  }
  auto out = parse_template(known->second, "template", Unwritten::kBefore);
  out.text = text;
  return repeated(out, stages);
}

std::optional<ConfigNames::Data> ConfigNames::found_data(const std::string& input) const {
  const auto known = found_.find(input);
  if (known == found_.end()) return {};
  const auto tab = known->second.rfind('\t');
  const auto files = found_.find(input + " files");
  Data out{known->second.substr(0, tab), {files == found_.end() ? "" : files->second}};
  if (out.content.hash() != known->second.substr(tab + 1))
    throw ConfigError("the run's folder lacks the files of its data, as they were, or holds those of other data");
  return out;
}

void ConfigNames::note_data(const std::string& input, const Data& data) {
  found_[input] = data.path + "\t" + data.content.hash();
  found_[input + " files"] = data.content.files;
}

ConfigNames::Data ConfigNames::data(Reader& in, const std::string& key) {
  const auto folders = in.strings(key, {});
  if (auto known = found_data("data")) return *known;
  for (const auto& folder : folders) {
    std::error_code none;
    const auto path = fs::absolute(resolved(folder), none).lexically_normal();
    if (!fs::is_directory(path, none) || fs::is_empty(path, none)) continue;
    try {
      Data out{path.string(), data_content(path)};
      note_data("data", out);
      return out;
    } catch (const ConfigError& error) {
      throw in.error(key, error.what());
    }
  }
  std::error_code none;
  if (data_may_be_gone_ && !folders.empty()) return {fs::absolute(resolved(folders.front()), none).string(), {}};
  throw in.error(key, "no such folder, or nothing in it: " + joined(folders));
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
