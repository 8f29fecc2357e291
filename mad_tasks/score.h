#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "mad_tasks/battery.h"

namespace madsearch {

/// Raw results of one training of one setting, of the chosen grid point.
struct Accuracies {
  double validation_a = 0, validation_b = 0, test = 0;  // token accuracy, 0..1
  double test_macro = 0;                                // mad-lab's accuracy (spec/mad.md, section 2.1)
  double test_loss = 0;                                 // nats a scored token
};

/// (accuracy - chance) / (oracle - chance), clipped at 0 (and at 1).
double chance_corrected(double accuracy, const TaskSetting& setting, DataProtocol protocol);

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

struct Interval {
  double mean = 0;
  std::optional<double> low, high;  // null with one seed
};
/// mean +- t(0.975, s-1) standard errors over s >= 2 seeds, clipped to 0..1.
Interval interval(const std::vector<double>& scores);

}  // namespace madsearch
