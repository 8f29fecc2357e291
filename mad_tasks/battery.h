#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "configs/reader.h"
#include "mad_tasks/task.h"

namespace madsearch {

/// One (learning rate, weight decay) of the grid; each is a replica.
struct GridPoint {
  double learning_rate = 1e-3;
  double weight_decay = 0;
};

/// What a training is scored by, of its accuracies on validation-B.
enum class Measure {
  kBest,      // at the epoch that is best on validation-A
  kProgress,  // the mean over the looks of the training, at equal distances: how fast it is learned and how well. Tells
              // designs apart that all end at the ceiling
};
std::string to_text(Measure measure);  // "best", "progress"

/// One training: a setting with its budget. All sizes are resolved.
struct BatterySetting {
  TaskSetting setting;
  std::int64_t steps = 0;                // of the optimizer
  std::int64_t batch = 0;                // examples a step
  std::int64_t train_examples = 0;       // different ones; they are shown again once all were
  std::int64_t evaluation_examples = 0;  // of each of validation-A, validation-B and test
  Measure measure = Measure::kBest;
};

/// One task of a battery.
struct BatteryTask {
  std::string task;
  double weight = 1;                     // in the score, relative to the other tasks; 0: trained and shown alone
  std::vector<BatterySetting> settings;  // the baseline first, then the axes in order
};

/// How candidates are trained and scored: which tasks, at which difficulties, with which weights, grid and steps.
struct Battery {
  std::string name;
  Protocol protocol = Protocol::kMadsearch;
  std::int64_t width = 128;
  std::string norm = "rmsnorm";  // or "layernorm"
  std::vector<GridPoint> grid;
  bool extend_grid = true;  // whether the rate beyond a best one at the grid's end is tried (engine/training)
  std::vector<BatteryTask> tasks;
  std::int64_t evaluate_every = 0;  // steps between looks at validation-A; 0: the trainer's choice
  bool early_stop = true;           // false: trainings run to their end (but at a perfect score) and leave curves
  /// How far one design's score deviates between seed sets, without what a set does to all designs alike, as `madsearch
  /// score --seeds` measures it; nothing where the file doesn't say. It changes no score and is not part of hash().
  std::optional<double> seed_deviation;
  bool partial() const;           // whether a task of mad_tasks/table.h is missing
  std::int64_t longest() const;   // the longest input length
  std::int64_t shortest() const;  // the shortest one of tasks that count
  /// Of each recall or copying task the longest `length`, of these the least; 0 without such a task. Windows are at
  /// most a quarter of it.
  std::int64_t shortest_recall() const;
  std::int64_t total_steps() const;  // settings x grid x steps
  /// Of everything that changes a score (not of the name), 16 hexadecimal digits. Results are compared only at equal
  /// hash.
  std::string hash() const;
};

/// Reads a battery's YAML. Throws ConfigError for an unknown key, task or setting and for settings that are not
/// possible.
Battery read_battery(Reader in);

/// The file of the battery of this name, `configs`/batteries/NAME.yaml, or this path: what ends in ".yaml" or holds a
/// "/". Throws ConfigError for a name that is not there.
std::filesystem::path battery_file(const std::string& name_or_path, const std::filesystem::path& configs);

/// Reads the battery of this name or path. Throws ConfigError as read_battery and battery_file do.
Battery load_battery(const std::string& name_or_path, const std::filesystem::path& configs);

}  // namespace madsearch
