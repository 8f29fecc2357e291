#include "engine/run/imports.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <stdexcept>

#include "configs/text.h"
#include "results/fields.h"
#include "results/imported.h"
#include "results/retries.h"
#include "results/run_meta.h"
#include "results/scoring.h"

namespace madsearch {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;

const std::string kNotImported = "not imported ";

Json written(const std::string& value) { return value; }
Json written(std::int64_t value) { return value; }
Json written(bool value) { return value; }
Json written(double value) { return std::isfinite(value) ? Json(value) : Json(); }
Json written(Outcome value) { return to_text(value); }
template <class T>
Json written(const std::optional<T>& value) {
  return value ? written(*value) : Json();
}

void read(const Json& json, std::string& value) { value = json.get<std::string>(); }
void read(const Json& json, std::int64_t& value) { value = json.get<std::int64_t>(); }
void read(const Json& json, bool& value) { value = json.get<bool>(); }
void read(const Json& json, double& value) { value = json.get<double>(); }
void read(const Json& json, Outcome& value) { value = outcome_from(json.get<std::string>()); }
template <class T>
void read(const Json& json, std::optional<T>& value) {
  read(json, value.emplace());
}

std::string line_of(const TrainingRecord& record, const std::string& curves) {
  Json out;
  fields(record, [&](const char* name, const auto& value) {
    if (auto json = written(value); !json.is_null()) out[name] = std::move(json);
  });
  if (!curves.empty()) out["curves"] = curves;
  return record.id + "\t" + out.dump() + "\n";
}

ImportedTraining training_in(const std::string& line, const std::string& run) {
  ImportedTraining out{.run = run};
  try {
    const auto json = Json::parse(line.substr(std::min(line.find('\t') + 1, line.size())));
    fields(out.record, [&](const char* name, auto& value) {  // what a later release records beside is not known
      if (const auto found = json.find(name); found != json.end()) read(*found, value);
    });
    out.curves = json.value("curves", "");
  } catch (const nlohmann::json::exception& error) {
    throw std::invalid_argument("what was imported from " + run + " can't be read: " + printable(error.what(), 200));
  }
  return out;
}

/// "cuda" of "cuda:0 NVIDIA H100".
std::string type_of(const std::string& device) { return device.substr(0, device.find_first_of(": ")); }

/// What the workers of a run compute on, "cuda, cpu" if it is not the same for all; "" where that shows elsewhere, once
/// they start. Those that compute nothing are of a type of their own, so that nobody takes their results for real ones.
std::string type_of(const WorkerOptions& workers) {
  std::vector<std::string> types;
  const auto add = [&](const std::string& type) {
    if (std::find(types.begin(), types.end(), type) == types.end()) types.push_back(type);
  };
  for (const auto& pool : workers.pools) {
    const bool stub = pool.command.find("stub-worker") != std::string::npos;
    if (stub) add("stub");
    if (!stub && pool.elsewhere()) return "";
    for (const auto& device : pool.devices)
      if (!stub) add(type_of(device));
  }
  return joined(types);
}

/// The first thing in which scores of a former run would mean something else here; "" if there is none.
std::string difference(const RunMeta& former, const RunConfig& config) {
  const auto number = [](const auto value) { return std::to_string(value); };
  const auto said = [&](const std::string& key) { return identity_value(former, key).value_or("unknown"); };
  const std::vector<std::array<std::string, 3>> all = {
      {"version of scores", number(scoring_of(former)), number(kScoring)},
      {"protocol", former.protocol, to_text(config.limits.shape.protocol)},
      {"battery", former.battery + " " + former.battery_hash, config.battery.name + " " + config.battery.hash()},
      {"seed", said("seed"), number(config.seed)},
      {"width", number(former.width), number(config.limits.shape.width)},
      {"number of stages", number(former.stages), number(config.limits.stages)},
      {"parameters", said("parameters"), number(config.limits.parameters.value_or(0))}};
  for (const auto& [what, there, here] : all)
    if (there != here) return "its " + what + " is " + there + ", this run's " + here;
  return "";
}

/// Whether both read the same text in the same way, so that a former run's bits a byte mean the same here.
bool same_text(const RunMeta& former, const RunConfig& config) {
  return !config.text.empty() && identity_value(former, "text") == to_text(config.text);
}

bool may_be_imported(const EvaluationRecord& evaluation) {
  const bool own_doing = evaluation.outcome == Outcome::kOk || evaluation.outcome == Outcome::kDiverged;
  const bool scores = evaluation.rung == Rung::kBattery || evaluation.rung == Rung::kConfirm;
  return evaluation.finished && own_doing && scores && evaluation.retry == 0;
}

/// One training; "" where it is missing or was done on another type of device.
std::string line_of(const Store& store, const std::string& id, const std::string& type) {
  auto record = store.training(id);
  if (!record || !record->provenance.device || type_of(*record->provenance.device) != type) return "";
  record->provenance = {
      .device = record->provenance.device, .host = record->provenance.host, .revision = record->provenance.revision};
  return line_of(*record, store.curves(record->id));
}

/// The trainings of an evaluation, unless some of its battery are missing or were done elsewhere.
std::string lines_of(const Store& store, const EvaluationRecord& evaluation, const Battery& battery, bool with_text,
                     const std::string& type) {
  std::string out;
  for (const auto& task : battery.tasks)
    for (std::size_t i = 0; i < task.settings.size(); ++i) {
      const auto line = line_of(store, training_id(evaluation, task.task, i), type);
      if (line.empty()) return "";
      out += line;
    }
  return with_text ? out + line_of(store, training_id(evaluation, kTextTask, 0), type) : out;
}

std::int64_t lines_in(const std::string& text) { return std::count(text.begin(), text.end(), '\n'); }

}  // namespace

Imports imports_of(const fs::path& folder, const std::vector<std::string>& hashes, const RunConfig& config) {
  const Store store(folder / "search.db", Store::Mode::kRead);
  Imports out{.why_none = difference(read_meta(store), config)};
  if (!out.why_none.empty()) return out;
  const auto type = type_of(config.workers);
  if (type.empty()) return {.why_none = "what its workers elsewhere compute on is not known before they start"};
  const bool with_text = same_text(read_meta(store), config);
  bool any = false;
  for (const auto& hash : hashes)
    for (const auto& evaluation : store.evaluations(hash)) {
      if (!may_be_imported(evaluation)) continue;
      any = true;
      out.lines += lines_of(store, evaluation, config.battery, with_text, type);
    }
  if (out.lines.empty())
    out.why_none = any ? "they were not computed on " + type + ", as those of this run will be"
                       : "no evaluation of these designs is finished there";
  return out;
}

std::map<std::string, ImportedTraining> imported_trainings(const Inputs& inputs) {
  std::map<std::string, ImportedTraining> out;
  for (const auto& [name, content] : inputs) {
    if (!name.starts_with(kImported)) continue;
    std::istringstream lines(content);
    for (std::string line; std::getline(lines, line);) {
      auto training = training_in(line, name.substr(std::string(kImported).size()));
      out.emplace(training.record.id, std::move(training));
    }
  }
  return out;
}

std::vector<std::string> import_notes(const Inputs& inputs) {
  std::vector<std::string> out;
  const auto evaluations = imported_evaluations(inputs);
  for (const auto& [name, content] : inputs) {
    if (name.starts_with(kImported)) {
      const auto run = name.substr(std::string(kImported).size());
      const auto count = std::count_if(evaluations.begin(), evaluations.end(),
                                       [&](const auto& evaluation) { return evaluation.second == run; });
      out.push_back(std::to_string(count) + (count == 1 ? " evaluation" : " evaluations") + " of " + run + ", " +
                    std::to_string(lines_in(content)) + " trainings, are imported and not done again");
    }
    if (name.starts_with(kNotImported))
      out.push_back("results of " + name.substr(kNotImported.size()) +
                    " are not imported, its designs are seeds alone: " + content);
  }
  return out;
}

Inputs with_first_imports(Inputs now, const Inputs& before) {
  const auto imports = [](const auto& input) {
    return input.first.starts_with(kImported) || input.first.starts_with(kNotImported);
  };
  std::erase_if(now, imports);
  for (const auto& input : before)
    if (imports(input)) now.insert(input);
  return now;
}

}  // namespace madsearch
