#pragma once
#include <string>
#include <vector>

#include "mad_tasks/battery.h"

namespace madsearch {

/// (accuracy - chance) / (oracle - chance), clipped to 0..1; 0 for an accuracy that is not a number. Throws
/// std::invalid_argument for an unknown task.
double chance_corrected(double accuracy, const TaskSetting& setting, Protocol protocol);

/// Of one task of a battery.
struct TaskScore {
  std::string task;
  double score = 0;              // 0..1
  std::vector<double> settings;  // 0..1, in the battery's order: chance-corrected accuracies (mad-lab: raw ones)
};

/// Of a battery.
struct BatteryScore {
  double score = 0;  // 0..1, weighted mean over tasks
  std::vector<TaskScore> tasks;
  double above_chance = 0;  // the largest accuracy less chance on a recall or copying task, 0 if none is above
};

/// `accuracies[i][j]`, 0..1: task i, setting j of `battery`. A task's score is, in protocol madsearch, the mean over
/// its axes of the mean over the axis' settings of chance-corrected accuracies, where the baseline lies on every axis;
/// in protocol mad-lab the plain mean over settings of raw macro accuracies. Throws std::invalid_argument unless there
/// is an accuracy for every setting.
BatteryScore battery_score(const Battery& battery, const std::vector<std::vector<double>>& accuracies);

}  // namespace madsearch
