#pragma once
#include <map>
#include <string>
#include <vector>

#include "mad_tasks/battery.h"

namespace madsearch {

/// (accuracy - chance) / (oracle - chance), clipped at 0 (and at 1).
double chance_corrected(double accuracy, const TaskSetting& setting, Protocol protocol);

struct TaskScore {
  std::string task;
  double score = 0;              // 0..1
  std::vector<double> settings;  // in the battery's order; chance-corrected (mad-lab: raw)
};

struct BatteryScore {
  double score = 0;  // 0..1, weighted mean over tasks
  std::vector<TaskScore> tasks;
  double above_chance = 0;  // largest accuracy above chance on a recall or copying task (feasibility)
};

/// `accuracies[i][j]`: task i, setting j of `battery`. Protocol madsearch: mean over the axes of the mean over the
/// axis' settings, of chance-corrected accuracies; the baseline lies on every axis. Protocol mad-lab: plain mean over
/// settings of raw macro accuracy.
BatteryScore battery_score(const Battery& battery, const std::vector<std::vector<double>>& accuracies);

}  // namespace madsearch
