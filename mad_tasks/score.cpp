#include "mad_tasks/score.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <stdexcept>

#include "mad_tasks/table.h"

namespace madsearch {
namespace {

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

const Task& task_of(const TaskSetting& setting) {
  if (const Task* task = find_task(setting.task)) return *task;
  throw std::invalid_argument("no task \"" + setting.task + "\"");
}

/// Mean over the axes of the mean over their settings; `scores` are in the order of `settings`, the baseline first.
double axes_mean(const std::vector<BatterySetting>& settings, const std::vector<double>& scores) {
  std::map<std::string, std::vector<double>> axes;
  for (std::size_t i = 1; i < settings.size(); ++i) {
    auto& axis = axes[settings[i].setting.axis];
    if (axis.empty()) axis.push_back(scores[0]);  // the baseline lies on every axis
    axis.push_back(scores[i]);
  }
  if (axes.empty()) return scores[0];
  std::vector<double> means;
  for (const auto& [name, values] : axes) means.push_back(mean(values));
  return mean(means);
}

}  // namespace

double chance_corrected(double accuracy, const TaskSetting& setting, Protocol protocol) {
  const Task& task = task_of(setting);
  const double chance = task.chance(setting.values);
  const double room = task.oracle(setting.values, protocol) - chance;
  if (!std::isfinite(accuracy) || room <= 0) return 0;
  return std::clamp((accuracy - chance) / room, 0.0, 1.0);
}

BatteryScore battery_score(const Battery& battery, const std::vector<std::vector<double>>& accuracies) {
  if (accuracies.size() != battery.tasks.size())
    throw std::invalid_argument("accuracies of " + std::to_string(accuracies.size()) + " tasks for a battery of " +
                                std::to_string(battery.tasks.size()));
  const bool raw = battery.protocol == Protocol::kMadLab;
  BatteryScore out;
  double weights = 0;
  for (std::size_t i = 0; i < accuracies.size(); ++i) {
    const auto& [name, weight, settings] = battery.tasks[i];
    if (settings.empty() || accuracies[i].size() != settings.size())
      throw std::invalid_argument("accuracies of " + std::to_string(accuracies[i].size()) + " settings for " +
                                  std::to_string(settings.size()) + " of " + name);
    TaskScore score{.task = name};
    for (std::size_t j = 0; j < settings.size(); ++j) {
      const double accuracy = accuracies[i][j];
      const auto& setting = settings[j].setting;
      const auto& task = task_of(setting);
      score.settings.push_back(raw ? accuracy : chance_corrected(accuracy, setting, battery.protocol));
      if (task.recall_or_copying) out.above_chance = std::max(out.above_chance, accuracy - task.chance(setting.values));
    }
    score.score = raw ? mean(score.settings) : axes_mean(settings, score.settings);
    out.score += weight * score.score;
    weights += weight;
    out.tasks.push_back(std::move(score));
  }
  if (weights > 0) out.score /= weights;
  return out;
}

}  // namespace madsearch
