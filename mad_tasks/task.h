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

/// One sequence. Tokens are 0 .. vocabulary - 1; targets are tokens or kIgnore, and as many as inputs.
struct Example {
  std::vector<std::int32_t> inputs;
  std::vector<std::int32_t> targets;
  friend bool operator==(const Example&, const Example&) = default;
};

/// Examples for training; validation-A chooses grid point and epoch, validation-B is what the search selects on, test
/// is only reported.
enum class Split { kTrain, kValidationA, kValidationB, kTest };

/// The sizes of one difficulty of a task: vocabulary, length, examples, noise_vocabulary, noise_fraction, copies, ...
class TaskValues {
 public:
  TaskValues() = default;
  TaskValues(std::initializer_list<std::pair<const std::string, double>> values) : values_(values) {}
  /// Throws std::invalid_argument naming the setting if it is missing.
  double real(const std::string& name) const;
  /// Throws std::invalid_argument naming the setting if it is missing or no integer.
  std::int64_t count(const std::string& name) const;
  bool has(const std::string& name) const { return values_.contains(name); }
  double real_or(const std::string& name, double otherwise) const { return has(name) ? real(name) : otherwise; }
  void set(const std::string& name, double value) { values_[name] = value; }
  void erase(const std::string& name) { values_.erase(name); }
  std::string text() const;  // "length=128 vocabulary=16", by name
  auto begin() const { return values_.begin(); }
  auto end() const { return values_.end(); }
  friend auto operator<=>(const TaskValues&, const TaskValues&) = default;

 private:
  std::map<std::string, double> values_;
};

/// Makes examples; thread-safe. Same settings, seed, protocol, split and index: same example, on every platform, in any
/// order and whatever else was made.
class Generator {
 public:
  virtual ~Generator() = default;
  virtual Example make(Split split, std::uint64_t index) const = 0;
};

/// What is trained on a task: a language model gives a token at every position from what it saw up to there; an
/// auto-encoder gives the whole sequence from the last position's vector and the number of a position.
enum class Backbone { kLanguageModel, kAutoEncoder };

/// A swept setting: its baseline is in Task::baseline, these are the other values.
struct Axis {
  std::string name;
  std::vector<double> values;
};

/// A synthetic task: everything that is known of it. mad_tasks/table.cpp lists them.
struct Task {
  std::string name;     // "in-context-recall"
  std::string summary;  // one line, for `madsearch list tasks`
  std::string source;
  Backbone backbone = Backbone::kLanguageModel;
  /// Whether the task asks for tokens of the sequence itself. A design must be above chance on one such task to be
  /// feasible, and windows are limited by the length of these tasks. Every task says it, as no default fits all.
  bool recall_or_copying;
  TaskValues baseline;  // every setting of the task with its default
  /// Settings that came later, with the value at which examples are as before. At it they stand in no TaskValues, so
  /// that a battery which does not write them keeps its hash and its stored trainings.
  TaskValues added = {};
  std::vector<Axis> axes;  // the sweep of mad-lab, one setting changed at a time
  /// "" if the settings are possible, else a sentence. Every setting of `baseline` is there.
  std::function<std::string(const TaskValues&)> valid;
  /// A generator for valid settings. What all examples share, e.g. memorization's map, is made here.
  std::function<std::unique_ptr<Generator>(const TaskValues&, Seed, Protocol)> prepare;
  std::function<std::int64_t(const TaskValues&)> vocabulary;    // size of the embedding and of the output
  std::function<std::int64_t(const TaskValues&)> input_length;  // positions of an example
  /// The share of scored positions that the best predictor gets right which sees only the current token (and, in
  /// compression, only the position).
  std::function<double(const TaskValues&)> chance;
  /// The share that a perfect predictor gets right; below 1 where some targets cannot be known.
  std::function<double(const TaskValues&, Protocol)> oracle;

  std::vector<std::string> settings() const;  // names, those of `added` last
  double value(const TaskValues& values, const std::string& name) const;
  /// Sets `name`, one of settings(), so that one of `added` stands in `values` only where it differs.
  void set(TaskValues& values, const std::string& name, double value) const;
};

/// One difficulty of a task: the baseline with some values changed.
struct TaskSetting {
  std::string task;
  TaskValues values;
  std::string axis = "baseline";  // or the name of the swept setting
};

}  // namespace madsearch
