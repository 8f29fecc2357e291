#include "engine/run/config_reader.h"

#include <algorithm>
#include <map>
#include <stdexcept>

#include "configs/errors.h"
#include "configs/text.h"
#include "engine/dispatch/battery_trainings.h"
#include "engine/run/fill_template.h"
#include "engine/run/imports.h"
#include "engine/run/pool_reader.h"
#include "engine/run/settings.h"
#include "engine/run/steering_reader.h"
#include "engine/run/text_reader.h"
#include "primitives/table.h"
#include "search/loop/selections/selection.h"

namespace madsearch {
namespace fs = std::filesystem;
namespace {

constexpr const char* kPools = "pools";  // among the inputs: what `resume --pools` has changed them to

std::vector<std::string> all_primitives() {
  std::vector<std::string> out;
  for (const auto& primitive : primitives()) out.push_back(primitive.name);
  return out;
}

/// Reads the settings, in the order of their list, from a file's mapping and the mappings in it.
class Reading {
 public:
  Reading(Reader file, ConfigNames& names, StateLength unsaid, RunConfig& out)
      : names_(names), unsaid_(unsaid), out_(out) {
    readers_.emplace("", file);
  }

  void operator()(const std::string& key, Decides, std::int64_t& value, const Whole& how) {
    const bool former = key == "state_length" && unsaid_ == StateLength::kBattery;
    value = reader(key).integer(last(key), former ? 0 : how.otherwise, how.least, how.most);
  }
  void operator()(const std::string& key, Decides, std::uint64_t& value, const Whole& how) {
    value = static_cast<std::uint64_t>(reader(key).integer(last(key), how.otherwise, how.least, how.most));
  }
  void operator()(const std::string& key, Decides, std::optional<std::int64_t>& value, const Whole& how) {
    value.reset();
    if (!reader(key).has(last(key))) return;
    if (const auto given = reader(key).integer(last(key), how.otherwise, how.least, how.most); given > 0) value = given;
  }
  void operator()(const std::string& key, Decides, double& value, const Real& how) {
    value = reader(key).real(last(key), how.otherwise, how.least, how.most);
  }
  void operator()(const std::string& key, Decides, std::vector<double>& value, const Reals& how) {
    value = reader(key).reals(last(key), how.otherwise, how.least, how.most);
  }
  void operator()(const std::string& key, Decides, std::vector<std::int64_t>& value, const Wholes& how) {
    value = reader(key).integers(last(key), how.otherwise, how.least, how.most);
  }
  void operator()(const std::string& key, Decides, bool& value, const Flag& how) {
    value = reader(key).boolean(last(key), how.otherwise);
  }
  void operator()(const std::string& key, Decides, std::string& value, const Text& how) {
    value = reader(key).string(last(key), how.otherwise);
  }
  template <class T>
  void operator()(const std::string&, Decides, T&, const Derived&) {}

  /// The battery of the search; what follows from it is set here.
  void operator()(const std::string& key, Decides, Battery& value, const Named& how) {
    auto& in = reader(key);
    value = names_.battery(in, key, how.otherwise.front());
    if (value.partial())
      throw in.error(key, "battery \"" + value.name + "\" does not hold all six tasks, so its sum is no MAD score");
    out_.limits.shape = shape_of(value);
    out_.limits.max_window = std::max<std::int64_t>(1, std::min(value.shortest_recall() / 4, value.shortest() - 1));
  }

  /// The shorter battery that candidates are probed with, if there is one.
  void operator()(const std::string& key, Decides, std::optional<Battery>& value, const Named& how) {
    auto& in = reader(key);
    if (in.string(key, how.otherwise.front()) == "none") return;
    value = names_.battery(in, key, how.otherwise.front());
    if (value->width != out_.battery.width)
      throw in.error(key, "the probe trains at width " + std::to_string(value->width) + ", the battery at " +
                              std::to_string(out_.battery.width));
    out_.limits.max_window = std::max<std::int64_t>(1, std::min(out_.limits.max_window, value->shortest() - 1));
  }

  void operator()(const std::string& key, Decides, std::vector<std::string>& value, const Named&) {
    value = names_among(reader(key), key, all_primitives(), all_primitives(), "primitive");
  }

  void operator()(const std::string& key, Decides, std::vector<Pool>& value, const Named&) {
    value = read_pools(reader(key), out_.notes);
  }
  void operator()(const std::string& key, Decides, double& value, const Patience&) {
    value = seconds_or_never(reader(key), key, 0);
  }

  /// What candidates are kept to.
  void operator()(const std::string& key, Decides, Steering& value, const Named&) {
    value = read_steering(reader(key).child(key), out_.limits.stages, names_);
  }

  /// Where nothing is said, a search of a template begins with fillings of it.
  void operator()(const std::string& key, Decides, std::vector<Design>& value, const Named& how) {
    if (key != "seeds") {
      value = names_.designs(reader(key), last(key), how.otherwise);
      return;
    }
    std::vector<std::string> templates;
    for (const auto& design : out_.limits.steering.templates) templates.push_back(design.text);
    value = names_.seeds(reader(key), key, templates.empty() ? how.otherwise : templates, fill_template(out_));
  }

  /// A small pretraining of every candidate.
  void operator()(const std::string& key, Decides, TextOptions& value, const Named&) {
    value = readers_.at("").has(key) ? read_text(reader(key + ".setup"), names_) : TextOptions{};
  }

  void operator()(const std::string& key, Decides, std::vector<Objective>& value, const Named& how) {
    auto& in = reader(key);
    const auto names = names_among(in, key, how.otherwise, objective_names(), "objective");
    if (names.size() < 2 || names.size() > 3)
      throw in.error(key, "a search has two or three objectives, not " + std::to_string(names.size()));
    if (std::find(names.begin(), names.end(), "score") == names.end())
      throw in.error(key, "one objective must be score");
    if (std::none_of(names.begin(), names.end(), is_size))
      throw in.error(key, "one objective must be a size, as what is bits a byte has no price");
    value.clear();
    for (const auto& name : names) {
      for (const auto& other : value)
        if (other.name == name) throw in.error(key, "the objective \"" + name + "\" is given twice");
      if (is_bits(name) && out_.text.empty())
        throw in.error(key, "the objective \"" + name + "\" needs `text:`, a small pretraining of every candidate");
      value.push_back(objective(name, static_cast<double>(limit_of(out_.limits, name).value_or(0))));
    }
  }

  /// The folder for pretraining. Without members it is known, and not needed.
  void operator()(const std::string& key, Decides, std::string& value, const Named&) {
    auto& in = reader(key);
    if (!in.has(last(key)) && out_.pretrain.members > 0)
      throw in.error("members", "pretraining needs `data`: a folder of texts (*.txt) or of token shards (*.bin)");
    if (out_.pretrain.members == 0) return;
    const auto data = names_.data(in, last(key));
    value = data.path;
    out_.pretrain.content = data.content.hash();
    out_.pretrain.files = data.content.files;
  }

  /// The mapping that holds `key`.
  Reader& reader(const std::string& key) {
    const auto dot = key.find('.');
    const auto mapping = dot == std::string::npos ? "" : key.substr(0, dot);
    if (const auto known = readers_.find(mapping); known != readers_.end()) return known->second;
    return readers_.emplace(mapping, readers_.at("").child(mapping)).first->second;
  }

  void finish() const {
    for (const auto& [mapping, reader] : readers_)
      if (!mapping.empty()) reader.finish();
    readers_.at("").finish();
  }

 private:
  static std::string last(const std::string& key) { return key.substr(key.find('.') + 1); }

  ConfigNames& names_;
  StateLength unsaid_;
  RunConfig& out_;
  std::map<std::string, Reader> readers_;  // by the key of the mapping; "" is the file's
};

/// Throws ConfigError where primitives, widths and what candidates are kept to leave no design.
Architectures space_of(Reader& in, const RunConfig& config) {
  try {
    return Architectures(config.limits);
  } catch (const SteeringError& error) {
    throw in.child("space").error(error.key, error.what());
  } catch (const std::invalid_argument& error) {
    throw in.error(config.limits.widths.empty() ? "primitives" : "valid_widths", error.what());
  }
}

/// The hand designs that start the search, repeated to its stages.
void repeat_seeds(Reader& in, RunConfig& config) {
  for (auto& design : config.seeds) {
    try {
      design.genome = repeated(design, config.limits.stages);
    } catch (const ConfigError& error) {
      throw in.error("seeds", error.what());
    }
  }
}

void check_seeds(Reader& in, const RunConfig& config, const Architectures& space) {
  for (const auto& design : config.seeds) {
    if (const auto sentence = space.refusal(design.genome, true); !sentence.empty())
      throw in.error("seeds", "design \"" + design.name + "\" can't take part: " + sentence);
    const auto sentence = space.objection(design.genome);
    if (sentence.empty()) continue;
    const auto outside = "design \"" + design.name + "\" is outside of `space:`: " + sentence;
    if (in.has("seeds")) throw in.error("seeds", outside);
    throw in.error("space", outside + "; `seeds:` names others", false);
  }
}

/// The hand designs and the space that they begin to search.
void check_space(Reader& in, RunConfig& config) {
  repeat_seeds(in, config);
  if (config.limits.steering.vary_mixers) config.limits.steering.templates = free_mixers_of(config.seeds);
  const auto space = space_of(in, config);
  check_seeds(in, config, space);
  if (config.limits.steering.empty()) return;
  if (const auto sentence = why_nothing_is_found(config, space); !sentence.empty())
    throw in.error("space", sentence, false);
}

/// Cells of the archive's grid: half a point of score, a hundredth of a bit, 0.15 decades of a size.
double default_step(const std::string& objective) {
  if (objective == "score") return 0.005;
  return is_bits(objective) ? 0.01 : 0.15;
}

std::vector<double> default_grid(const std::vector<Objective>& objectives) {
  std::vector<double> out;
  for (const auto& objective : objectives) out.push_back(default_step(objective.name));
  return out;
}

void check_search(Reader& in, RunConfig& config) {
  auto& search = config.search;
  std::vector<std::string> algorithms;
  for (const auto& row : selections()) algorithms.push_back(row.name);
  search.algorithm = in.word("algorithm", search.algorithm, algorithms);
  search.control = in.word("control", search.control, {"none", "random"});
  if (search.control == "random" && search.algorithm == "random")
    throw in.error("control", "a search with `algorithm: random` is its own control");
  if (search.population > 0 && search.population < 4)
    throw in.error("population", "population must be 0 (chosen from evaluations) or at least 4");
  if (std::count(search.grid.begin(), search.grid.end(), 0.0) > 0)
    throw in.error("grid", "a step of the grid must be above 0");
  if (!search.grid.empty() && search.grid.size() != config.objectives.size())
    throw in.error("grid", "the grid needs a step for each of the " + std::to_string(config.objectives.size()) +
                               " objectives, in their order, not " + std::to_string(search.grid.size()));
  if (search.confirm_seeds == 1)
    throw in.error("confirm_seeds", "confirm_seeds must be 0 or at least 2: one fresh seed has no interval");
  search.probe = config.probe.has_value();
  if (search.grid.empty()) search.grid = default_grid(config.objectives);
  search.population = search.resolved_population();  // a later change of `evaluations` leaves it as it is
}

std::int64_t trainings_of(const Battery& battery) {
  std::int64_t out = 0;
  for (const auto& task : battery.tasks) out += static_cast<std::int64_t>(task.settings.size());
  return out;
}

/// Slots that no search could keep busy would always wait.
void fit_pools(Reader& in, RunConfig& config) {
  auto trainings = trainings_of(config.battery) + (config.text.empty() ? 0 : 1);
  if (config.probe) trainings = std::min(trainings, trainings_of(*config.probe));
  fit_slots(in, config.workers.pools, {config.search.lag, trainings});
}

void set_pools(RunConfig& config, Reader in) {
  config.notes.clear();
  config.workers.pools = read_pools(in, config.notes);
  in.finish();
  fit_pools(in, config);
}

void check_mps(Reader& in, const std::string& mps) {
  const std::vector<std::string> words = {"auto", "on", "off"};
  if (std::find(words.begin(), words.end(), mps) == words.end())
    throw in.error("mps", "mps is " + in_quotes(mps) + expected_one_of(words, mps));
}

/// A number of one or two digits; -1 for anything else.
int two_digits(const std::string& text) {
  const bool digits = text.find_first_not_of("0123456789") == std::string::npos;
  return digits && (text.size() == 1 || text.size() == 2) ? std::stoi(text) : -1;
}

void check_until(Reader& in, const std::string& time) {
  if (time.empty()) return;
  const auto colon = std::min(time.find(':'), time.size());
  const auto hour = two_digits(time.substr(0, colon));
  const auto minute = colon == time.size() ? -1 : two_digits(time.substr(colon + 1));
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59)
    throw in.error("until", "expected a time of day like \"07:00\", not " + in_quotes(time));
}

/// The results of former runs whose designs are seeds, as far as they mean the same here.
void import_results(const RunConfig& config, ConfigNames& names) {
  for (const auto& [name, former] : names.former_runs()) {
    const auto imports = imports_of(former.folder, former.hashes, config);
    imports.why_none.empty() ? names.note("imported " + name, imports.lines)
                             : names.note("not imported " + name, imports.why_none);
  }
}

RunConfig read(const Reader& file, const std::string& name, ConfigNames names, StateLength unsaid) {
  RunConfig out;
  out.name = name;
  Reading reading(file, names, unsaid, out);
  settings(out, reading);
  reading.finish();
  check_space(reading.reader("seeds"), out);
  check_search(reading.reader("search.lag"), out);
  check_pretraining(reading.reader("pretrain.members"), out.pretrain);
  fit_pools(reading.reader("search"), out);
  check_mps(reading.reader("mps"), out.workers.mps);
  check_until(reading.reader("until"), out.until);
  import_results(out, names);
  out.inputs = names.found();
  out.inputs["config"] = file.source();
  if (const auto changed = out.inputs.find(kPools); changed != out.inputs.end())
    set_pools(out, Reader::text(changed->second, "pools.yaml"));
  return out;
}

}  // namespace

RunConfig read_run(const fs::path& file, const fs::path& configs, StateLength unsaid) {
  return read(Reader::file(file), file.stem().string(), ConfigNames(file, configs), unsaid);
}

RunConfig read_former_run(const fs::path& file, const fs::path& configs, StateLength unsaid, bool data_may_be_gone) {
  return read(Reader::file(file), file.stem().string(), ConfigNames::of_first_release(file, configs, data_may_be_gone),
              unsaid);
}

RunConfig read_run(const Inputs& inputs, const std::string& name, StateLength unsaid) {
  const auto config = inputs.find("config");
  if (config == inputs.end()) throw ConfigError("the run's folder lacks its configuration");
  return read(Reader::text(config->second, name + ".yaml"), name, ConfigNames(inputs), unsaid);
}

RunConfig with_pools(RunConfig config, const fs::path& file) {
  const auto in = Reader::file(file);
  set_pools(config, in);
  config.inputs[kPools] = in.source();
  return config;
}

}  // namespace madsearch
