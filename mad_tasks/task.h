#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "configs/protocol.h"
#include "configs/seed.h"

namespace madsearch {

inline constexpr std::int32_t kIgnore = -100;  // a target that is not scored

/// Inputs and targets of one sequence, equally long.
struct Example {
  std::vector<std::int32_t> inputs, targets;
  friend bool operator==(const Example&, const Example&) = default;
};

/// validation-A chooses grid point and epoch, validation-B is what the search selects on, test is only reported.
enum class Split { kTrain, kValidationA, kValidationB, kTest };

/// The sizes of one difficulty of a task: vocabulary, length, examples, noise_vocabulary, noise_fraction, copies, ...
class TaskValues {
 public:
  TaskValues() = default;
  TaskValues(std::initializer_list<std::pair<const std::string, double>> values) : values_(values) {}
  double real(const std::string& name) const;         // throws std::invalid_argument naming the setting
  std::int64_t count(const std::string& name) const;  // throws unless it is an integer
  bool has(const std::string& name) const { return values_.contains(name); }
  void set(const std::string& name, double value) { values_[name] = value; }
  std::string text() const;  // "length=128 vocabulary=16", by name
  auto begin() const { return values_.begin(); }
  auto end() const { return values_.end(); }
  friend auto operator<=>(const TaskValues&, const TaskValues&) = default;

 private:
  std::map<std::string, double> values_;
};

/// Makes examples; thread-safe. Same settings, seed, split and index: same example, on every platform.
class Generator {
 public:
  virtual ~Generator() = default;
  virtual Example make(Split split, std::uint64_t index) const = 0;
};

enum class Backbone { kLanguageModel, kAutoEncoder };

/// A swept setting: its baseline is in Task::baseline, these are the other values (the reference's sweep).
struct Axis {
  std::string name;
  std::vector<double> values;
};

struct Task {
  std::string name, summary, source;  // "in-context-recall"
  Backbone backbone = Backbone::kLanguageModel;
  TaskValues baseline;  // every setting of the task with its default
  std::vector<Axis> axes;
  /// "" if the settings are possible, else a sentence.
  std::function<std::string(const TaskValues&)> valid;
  /// What all examples share, e.g. memorization's map, is made here.
  std::function<std::unique_ptr<Generator>(const TaskValues&, Seed, Protocol)> prepare;
  std::function<std::int64_t(const TaskValues&)> vocabulary;    // size of the embedding and of the output
  std::function<std::int64_t(const TaskValues&)> input_length;  // T
  /// Micro accuracy over scored positions of the best predictor that sees only the current token (and, in compression,
  /// the position).
  std::function<double(const TaskValues&)> chance;
  /// Micro accuracy of a perfect predictor; below 1 where some targets cannot be known.
  std::function<double(const TaskValues&, Protocol)> oracle;
  bool recall_or_copying = true;  // counts for feasibility (design.md, section 8)
};

/// One difficulty of a task: the baseline with some values changed. `axis` is "baseline" or the name of the swept
/// setting.
struct TaskSetting {
  std::string task;
  TaskValues values;
  std::string axis = "baseline";
};

}  // namespace madsearch
