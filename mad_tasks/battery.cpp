#include "mad_tasks/battery.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <iterator>
#include <set>
#include <utility>

#include "configs/folder.h"
#include "configs/text.h"
#include "mad_tasks/table.h"

namespace madsearch {
namespace {

/// The value, however it was written: 1e-3 and 0.001 are one battery.
std::string number(double value) {
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), "%.17g", value);
  return text.data();
}

/// How long a task is trained: steps, or epochs over its examples.
struct Length {
  std::int64_t steps = 0;   // 0: by epochs
  std::int64_t epochs = 0;  // 0: by steps
  std::int64_t batch = 0;

  static Length read(Reader& in, Length otherwise) {
    Length out = otherwise;
    if (in.has("steps") && in.has("epochs")) throw in.error("epochs", "steps and epochs exclude each other", false);
    if (in.has("steps") || in.has("epochs")) {
      out.steps = in.integer("steps", 0, 1, 100'000'000);
      out.epochs = in.integer("epochs", 0, 1, 1'000'000);
    }
    out.batch = in.integer("batch", otherwise.batch, 1, 65'536);
    return out;
  }
  std::int64_t steps_for(std::int64_t examples) const {
    return epochs > 0 ? epochs * ((examples + batch - 1) / batch) : steps;
  }
};

/// A setting and how long it is trained.
struct Rung {
  TaskSetting setting;
  Length length;
};

/// The settings of one task while they are read: the baseline, then every axis, then the ladder.
class SettingsOf {
 public:
  /// `in` is the task's mapping, which stands in `at` under the task's name.
  SettingsOf(const Task& task, const Reader& at, Reader& in, const Length& length)
      : task_(task), names_(task.settings()), length_(length) {
    baseline_ = read_values(in, task.baseline);
    if (const auto why = task.valid(baseline_); !why.empty()) throw at.error(task.name, why, false);
    out_ = {{{task.name, baseline_, "baseline"}, length}};
  }

  std::vector<Rung> read(Reader& in) {
    if (in.mapping("axes"))
      read_axes(in.child("axes"));
    else if (in.word("axes", "none", {"all", "none"}) == "all")
      add_all_axes(in);
    for (auto& rung : in.children("ladder")) read_rung(rung, in);
    return out_;
  }

 private:
  /// `values` with what `in` changes.
  TaskValues read_values(Reader& in, TaskValues values) const {
    for (const auto& name : names_) task_.set(values, name, in.real(name, task_.value(values, name), 0, 1e9));
    return values;
  }

  /// Adds a setting; returns why not.
  std::string add(const std::string& axis, const TaskValues& values, const Length& length) {
    auto why = task_.valid(values);
    if (why.empty()) out_.push_back({{task_.name, values, axis}, length});
    return why;
  }

  std::string add(const std::string& axis, double value) {
    auto values = baseline_;
    task_.set(values, axis, value);
    return add(axis, values, length_);
  }

  void add_all_axes(const Reader& in) {
    for (const auto& axis : task_.axes)
      for (const double value : axis.values) {
        if (value == baseline_.real(axis.name)) continue;
        if (const auto why = add(axis.name, value); !why.empty()) throw in.error("axes", why);
      }
  }

  void read_axes(Reader axes) {
    for (const auto& axis : axes.keys()) {
      if (std::find(names_.begin(), names_.end(), axis) == names_.end())
        throw axes.error(
            axis, "unknown setting " + in_quotes(axis) + " of " + task_.name + expected_one_of(names_, axis), false);
      const auto values = axes.reals(axis, {}, 0, 1e9);
      if (values.empty()) throw axes.error(axis, "an axis needs values besides the baseline's");
      std::set<double> seen = {task_.value(baseline_, axis)};
      for (const double value : values) {
        if (!seen.insert(value).second)
          throw axes.error(axis,
                           TaskValues{{axis, value}}.text() + " is there already; the baseline lies on every axis");
        if (const auto why = add(axis, value); !why.empty()) throw axes.error(axis, why);
      }
    }
  }

  /// The baseline with some settings changed, and with a budget of its own.
  void read_rung(Reader& in, const Reader& task) {
    const auto values = read_values(in, baseline_);
    const auto length = Length::read(in, length_);
    in.finish();
    const auto keys = in.keys();
    const auto refuse = [&](const std::string& why) {
      throw keys.empty() ? task.error("ladder", why) : in.error(keys.front(), why, false);
    };
    for (const auto& other : out_)
      if (other.setting.values == values)
        refuse(values.text() + " is there already; the baseline is the ladder's first rung");
    if (const auto why = add("ladder", values, length); !why.empty()) refuse(why);
  }

  const Task& task_;
  std::vector<std::string> names_;
  Length length_;
  TaskValues baseline_;
  std::vector<Rung> out_;
};

Measure read_measure(Reader& in, Measure otherwise) {
  const auto best = to_text(Measure::kBest);
  const auto progress = to_text(Measure::kProgress);
  return in.word("measure", to_text(otherwise), {best, progress}) == progress ? Measure::kProgress : Measure::kBest;
}

/// What the whole battery says and a task may change.
struct Defaults {
  Length length;
  Measure measure = Measure::kBest;
  std::int64_t evaluation_examples = 0;
};

BatteryTask read_task(const Task& task, Reader& list, const Defaults& defaults) {
  Reader in = list.child(task.name);
  BatteryTask out{.task = task.name, .weight = in.real("weight", 1, 0, 1e6), .settings = {}};
  const auto length = Length::read(in, defaults.length);
  if (length.steps == 0 && length.epochs == 0)
    throw list.error(task.name, task.name + " needs steps or epochs, here or for the whole battery", false);
  const auto measure = read_measure(in, defaults.measure);
  for (auto& [setting, budget] : SettingsOf(task, list, in, length).read(in)) {
    const auto examples = setting.values.count("examples");
    out.settings.push_back({.setting = std::move(setting),
                            .steps = budget.steps_for(examples),
                            .batch = budget.batch,
                            .train_examples = examples,
                            .evaluation_examples = defaults.evaluation_examples,
                            .measure = measure});
  }
  in.finish();
  return out;
}

void read_grid(Reader in, Battery& battery) {
  const auto rates = in.reals("learning_rates", {1e-3}, 1e-9, 10);
  const auto decays = in.reals("weight_decays", {0}, 0, 10);
  battery.extend_grid = in.boolean("extend", true);
  in.finish();
  for (const double rate : rates)
    for (const double decay : decays) battery.grid.push_back({rate, decay});
}

std::vector<std::string> task_names() {
  std::vector<std::string> out;
  for (const auto& task : tasks()) out.push_back(task.name);
  return out;
}

/// Input lengths of all settings.
std::vector<std::int64_t> input_lengths(const std::vector<BatteryTask>& tasks) {
  std::vector<std::int64_t> out;
  for (const auto& task : tasks)
    for (const auto& setting : task.settings) out.push_back(find_task(task.task)->input_length(setting.setting.values));
  return out;
}

}  // namespace

std::string to_text(Measure measure) { return measure == Measure::kBest ? "best" : "progress"; }

bool Battery::partial() const {
  std::set<std::string> names;
  for (const auto& task : tasks) names.insert(task.task);
  return names.size() < madsearch::tasks().size();
}

std::int64_t Battery::longest() const {
  const auto all = input_lengths(tasks);
  return all.empty() ? 0 : *std::max_element(all.begin(), all.end());
}

std::int64_t Battery::shortest() const {
  std::vector<BatteryTask> counted;
  std::copy_if(tasks.begin(), tasks.end(), std::back_inserter(counted),
               [](const BatteryTask& task) { return task.weight > 0; });
  const auto all = input_lengths(counted);
  return all.empty() ? 0 : *std::min_element(all.begin(), all.end());
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
  if (!extend_grid) add("this grid alone");
  for (const auto& point : grid) add(number(point.learning_rate) + " " + number(point.weight_decay));
  for (const auto& task : tasks) {
    add(task.task + " " + number(task.weight));
    for (const auto& one : task.settings) {
      add(one.setting.axis);
      for (const auto& [name, value] : one.setting.values) add(name + "=" + number(value));
      for (const auto count : {one.steps, one.batch, one.train_examples, one.evaluation_examples})
        add(std::to_string(count));
      if (one.measure != Measure::kBest) add(to_text(one.measure));
    }
  }
  std::uint64_t h = 0xcbf29ce484222325ull;  // FNV-1a
  for (const char c : all) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3ull;
  return hexadecimal(h);
}

Battery read_battery(Reader in) {
  Battery out;
  out.name = in.required("name");
  const bool as_mad_lab = in.word("protocol", "madsearch", {"madsearch", "mad-lab"}) == "mad-lab";
  out.protocol = as_mad_lab ? Protocol::kMadLab : Protocol::kMadsearch;
  out.width = in.integer("width", 128, 4, 8192);
  out.norm = in.word("norm", "rmsnorm", {"rmsnorm", "layernorm"});
  out.evaluate_every = in.integer("evaluate_every", 0, 0, 100'000'000);
  out.early_stop = in.boolean("early_stop", true);
  if (in.has("seed_deviation")) out.seed_deviation = in.real("seed_deviation", 0, 1e-6, 1);
  const auto evaluation_examples = in.integer("evaluation_examples", 1280, 1, 1'000'000);
  const auto length = Length::read(in, {.batch = 128});
  const Defaults defaults{length, read_measure(in, Measure::kBest), evaluation_examples};
  read_grid(in.child("grid"), out);
  if (out.grid.empty()) throw in.error("grid", "the grid needs a learning rate and a weight decay", false);

  Reader list = in.child("tasks");
  for (const auto& name : list.keys()) {
    const Task* task = find_task(name);
    if (!task) throw list.error(name, "unknown task " + in_quotes(name) + expected_one_of(task_names(), name), false);
    out.tasks.push_back(read_task(*task, list, defaults));
  }
  in.finish();
  if (as_mad_lab)
    for (const auto& task : out.tasks)
      for (const auto& one : task.settings)
        if (one.measure != Measure::kBest)
          throw in.error("protocol", "protocol mad-lab scores the best epoch; it has no measure: progress");
  if (out.tasks.empty()) throw in.error("tasks", "a battery needs at least one task", false);
  if (std::none_of(out.tasks.begin(), out.tasks.end(), [](const auto& task) { return task.weight > 0; }))
    throw in.error("tasks", "a battery needs a task whose weight is above 0", false);
  return out;
}

std::filesystem::path battery_file(const std::string& name_or_path, const std::filesystem::path& configs) {
  return named_file("battery", "batteries", name_or_path, configs);
}

Battery load_battery(const std::string& name_or_path, const std::filesystem::path& configs) {
  return read_battery(Reader::file(battery_file(name_or_path, configs)));
}

}  // namespace madsearch
