#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "configs/reader.h"
#include "mad_tasks/task.h"

namespace madsearch {

/// One (learning rate, weight decay) of the grid; each is a replica.
struct GridPoint {
  double learning_rate = 1e-3, weight_decay = 0;
};

/// One training: a setting with its budget. All sizes are resolved.
struct BatterySetting {
  TaskSetting setting;
  std::int64_t steps = 0, batch = 0;
  std::int64_t train_examples = 0, evaluation_examples = 0;  // of each of validation-A, validation-B and test
};

struct BatteryTask {
  std::string task;
  double weight = 1;
  std::vector<BatterySetting> settings;  // the baseline first, then the axes in order
};

/// Which tasks at which difficulties with which weights, grid and steps (design.md, section 5).
struct Battery {
  std::string name;
  Protocol protocol = Protocol::kMadsearch;
  std::int64_t width = 128;
  std::string norm = "rmsnorm";  // or "layernorm"
  std::vector<GridPoint> grid;
  std::vector<BatteryTask> tasks;
  std::int64_t evaluate_every = 0;  // steps between looks at validation-A; 0: the trainer's choice
  bool early_stop = true;           // false: trainings run to their end (but at a perfect score) and leave curves
  bool partial() const;             // not all six tasks
  std::int64_t longest() const;     // the longest input length
  /// The least of the recall and copying tasks' longest `length`, 0 without such a task; windows are at most a quarter
  /// of it.
  std::int64_t shortest_recall() const;
  std::int64_t total_steps() const;  // settings x grid x steps
  std::string hash() const;          // of everything that changes a score, 16 hex digits
};

/// Reads a battery. `NAME` of configs/batteries or a path. ConfigError for an unknown task or setting, did-you-mean
/// included.
Battery read_battery(Reader in);
Battery load_battery(const std::string& name_or_path, const std::filesystem::path& configs);

}  // namespace madsearch
