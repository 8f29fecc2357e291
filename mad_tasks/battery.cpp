#include "mad_tasks/battery.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <set>

#include "configs/text.h"
#include "mad_tasks/table.h"

namespace madsearch {
namespace {

/// Of the value, not of how it was written: 1e-3 and 0.001 are one battery.
std::string number(double value) {
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), "%.17g", value);
  return text.data();
}

/// How long a task is trained: steps, or epochs over its examples.
struct Length {
  std::int64_t steps = 0, epochs = 0, batch = 0;

  static Length read(Reader& in, Length otherwise) {
    Length out = otherwise;
    if (in.has("steps") && in.has("epochs")) throw in.error("epochs", "steps and epochs exclude each other", false);
    if (in.has("steps")) out.steps = in.integer("steps", 0, 1, 100'000'000), out.epochs = 0;
    if (in.has("epochs")) out.epochs = in.integer("epochs", 0, 1, 1'000'000), out.steps = 0;
    out.batch = in.integer("batch", otherwise.batch, 1, 65'536);
    return out;
  }
  std::int64_t steps_for(std::int64_t examples) const {
    return epochs > 0 ? epochs * ((examples + batch - 1) / batch) : steps;
  }
};

/// The settings of `task` in `in`: the baseline, then every axis.
std::vector<TaskSetting> read_settings(const Task& task, const Reader& at, Reader& in) {
  TaskValues baseline;
  std::vector<std::string> names;
  for (const auto& [name, value] : task.baseline) {
    baseline.set(name, in.real(name, value, 0, 1e9));
    names.push_back(name);
  }
  if (const auto why = task.valid(baseline); !why.empty()) throw at.error(task.name, why, false);
  std::vector<TaskSetting> out = {{task.name, baseline, "baseline"}};
  const auto add = [&](const std::string& axis, double value) {
    auto values = baseline;
    values.set(axis, value);
    const auto why = task.valid(values);
    if (why.empty()) out.push_back({task.name, values, axis});
    return why;
  };

  if (!in.mapping("axes")) {
    if (in.word("axes", "none", {"all", "none"}) == "none") return out;
    for (const auto& axis : task.axes)
      for (const double value : axis.values)
        if (value != baseline.real(axis.name))
          if (const auto why = add(axis.name, value); !why.empty()) throw in.error("axes", why);
    return out;
  }
  Reader axes = in.child("axes");
  for (const auto& axis : axes.keys()) {
    if (!baseline.has(axis))
      throw axes.error(axis, "unknown setting \"" + axis + "\" of " + task.name + expected_one_of(names, axis), false);
    const auto values = axes.reals(axis, {}, 0, 1e9);
    if (values.empty()) throw axes.error(axis, "an axis needs values besides the baseline's");
    std::set<double> seen = {baseline.real(axis)};
    for (const double value : values) {
      if (!seen.insert(value).second)
        throw axes.error(axis, TaskValues{{axis, value}}.text() + " is there already; the baseline lies on every axis");
      if (const auto why = add(axis, value); !why.empty()) throw axes.error(axis, why);
    }
  }
  return out;
}

}  // namespace

bool Battery::partial() const {
  std::set<std::string> names;
  for (const auto& task : tasks) names.insert(task.task);
  return names.size() < madsearch::tasks().size();
}

std::int64_t Battery::longest() const {
  std::int64_t out = 0;
  for (const auto& task : tasks)
    for (const auto& setting : task.settings)
      out = std::max(out, find_task(task.task)->input_length(setting.setting.values));
  return out;
}

std::int64_t Battery::shortest_recall() const {
  std::int64_t out = 0;
  for (const auto& task : tasks) {
    if (!find_task(task.task)->recall_or_copying) continue;
    std::int64_t longest = 0;
    for (const auto& setting : task.settings) longest = std::max(longest, setting.setting.values.count("length"));
    out = out == 0 ? longest : std::min(out, longest);
  }
  return out;
}

std::int64_t Battery::total_steps() const {
  std::int64_t out = 0;
  for (const auto& task : tasks)
    for (const auto& setting : task.settings) out += setting.steps * static_cast<std::int64_t>(grid.size());
  return out;
}

std::string Battery::hash() const {
  std::string all = to_text(protocol);
  const auto add = [&](const std::string& word) { all += '\n' + word; };
  add(std::to_string(width) + " " + norm + " " + std::to_string(evaluate_every));
  if (!early_stop) add("to the end");
  for (const auto& point : grid) add(number(point.learning_rate) + " " + number(point.weight_decay));
  for (const auto& task : tasks) {
    add(task.task + " " + number(task.weight));
    for (const auto& one : task.settings) {
      add(one.setting.axis);
      for (const auto& [name, value] : one.setting.values) add(name + "=" + number(value));
      for (const auto count : {one.steps, one.batch, one.train_examples, one.evaluation_examples})
        add(std::to_string(count));
    }
  }
  std::uint64_t h = 0xcbf29ce484222325ull;  // FNV-1a
  for (const char c : all) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3ull;
  return hexadecimal(h);
}

Battery read_battery(Reader in) {
  Battery out;
  out.name = in.required("name");
  out.protocol = in.word("protocol", "madsearch", {"madsearch", "mad-lab"}) == "mad-lab" ? Protocol::kMadLab
                                                                                         : Protocol::kMadsearch;
  out.width = in.integer("width", 128, 4, 8192);
  out.norm = in.word("norm", "rmsnorm", {"rmsnorm", "layernorm"});
  out.evaluate_every = in.integer("evaluate_every", 0, 0, 100'000'000);
  out.early_stop = in.boolean("early_stop", true);
  const auto evaluation_examples = in.integer("evaluation_examples", 1280, 1, 1'000'000);
  const auto length = Length::read(in, {.batch = 128});

  Reader grid = in.child("grid");
  const auto rates = grid.reals("learning_rates", {1e-3}, 1e-9, 10), decays = grid.reals("weight_decays", {0}, 0, 10);
  for (const double rate : rates)
    for (const double decay : decays) out.grid.push_back({rate, decay});
  if (out.grid.empty()) throw in.error("grid", "the grid needs a learning rate and a weight decay", false);
  grid.finish();

  std::vector<std::string> known;
  for (const auto& task : tasks()) known.push_back(task.name);
  Reader list = in.child("tasks");
  for (const auto& name : list.keys()) {
    const Task* task = find_task(name);
    if (!task) throw list.error(name, "unknown task \"" + name + "\"" + expected_one_of(known, name), false);
    Reader at = list.child(name);
    BatteryTask read{.task = name, .weight = at.real("weight", 1, 1e-6, 1e6), .settings = {}};
    const auto own = Length::read(at, length);
    if (own.steps == 0 && own.epochs == 0)
      throw list.error(name, name + " needs steps or epochs, here or for the whole battery", false);
    for (auto& setting : read_settings(*task, list, at)) {
      const auto examples = setting.values.count("examples");
      read.settings.push_back({.setting = std::move(setting),
                               .steps = own.steps_for(examples),
                               .batch = own.batch,
                               .train_examples = examples,
                               .evaluation_examples = evaluation_examples});
    }
    at.finish();
    out.tasks.push_back(std::move(read));
  }
  in.finish();
  if (out.tasks.empty()) throw in.error("tasks", "a battery needs at least one task", false);
  return out;
}

Battery load_battery(const std::string& name_or_path, const std::filesystem::path& configs) {
  if (name_or_path.ends_with(".yaml") || name_or_path.find('/') != std::string::npos)
    return read_battery(Reader::file(name_or_path));
  const auto folder = configs / "batteries";
  if (const auto path = folder / (name_or_path + ".yaml"); std::filesystem::exists(path))
    return read_battery(Reader::file(path));
  std::vector<std::string> names;
  if (std::filesystem::is_directory(folder))
    for (const auto& entry : std::filesystem::directory_iterator(folder))
      if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  throw ConfigError("unknown battery \"" + name_or_path + "\" in " + folder.string() +
                    expected_one_of(names, name_or_path));
}

}  // namespace madsearch
