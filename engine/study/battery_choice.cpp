#include "engine/study/battery_choice.h"

#include <algorithm>

namespace madsearch {
namespace {

/// What a part contributes, by seed set and design.
struct Part {
  std::string name;                         // "" for a task left out
  std::vector<std::vector<double>> scores;  // [seed set][design]
  std::vector<double> seconds;              // by design, mean over seed sets
};

/// Whether more than half of the scores are at the ceiling, or at the floor.
bool saturated(const Part& part) {
  double ceiling = 0;
  double floor = 0;
  double all = 0;
  for (const auto& set : part.scores)
    for (const auto score : set) {
      ceiling += score > 0.95;
      floor += score < 0.05;
      ++all;
    }
  return ceiling > all / 2 || floor > all / 2;
}

Part part_of(const Battery& battery, const std::vector<Compared>& designs, std::size_t task, bool whole) {
  const auto& settings = battery.tasks[task].settings;
  Part out{.name = battery.tasks[task].task + " of " + battery.name +
                   (settings.size() == 1 ? ""
                    : whole              ? ", all settings"
                                         : ", first setting")};
  out.scores.resize(designs.front().score.scores.size());
  for (const auto& design : designs) {
    const auto& measured = design.score.settings[task];
    double seconds = 0;
    for (std::size_t s = 0; s < out.scores.size(); ++s) {
      out.scores[s].push_back(whole ? design.score.tasks[task][s] : measured[0].scores[s]);
      for (std::size_t j = 0; j < (whole ? measured.size() : 1); ++j)
        seconds += measured[j].core_seconds[s] / static_cast<double>(out.scores.size());
    }
    out.seconds.push_back(seconds);
  }
  return out;
}

/// Goes through all combinations of parts, one of each task.
class Chooser {
 public:
  Chooser(const std::vector<Battery>& batteries, const std::vector<std::vector<Compared>>& pool,
          const std::vector<double>& limits, bool partial)
      : limits_(limits), found_(limits.size()) {
    for (const auto& design : pool.front()) reference_.push_back(design.reference);
    ranked_ = ranks(reference_);
    for (std::size_t task = 0; task < batteries.front().tasks.size(); ++task) {
      auto& parts = parts_.emplace_back();
      if (partial) parts.emplace_back();
      for (std::size_t i = 0; i < batteries.size(); ++i)
        for (const bool whole : {false, true}) add_part(parts, batteries[i], pool[i], task, whole);
    }
  }

  std::vector<BatteryChoice> choose() {
    const auto sets = pool_sets();
    std::vector<std::vector<double>> sums(sets, std::vector<double>(reference_.size(), 0.0));
    extend(0, sums, std::vector<double>(reference_.size(), 0.0), {});
    std::vector<BatteryChoice> out;
    for (auto& choice : found_)
      if (!choice.parts.empty()) out.push_back(std::move(choice));
    return out;
  }

 private:
  /// A task of one setting has no whole besides its first setting.
  static void add_part(std::vector<Part>& parts, const Battery& battery, const std::vector<Compared>& designs,
                       std::size_t task, bool whole) {
    if (whole && battery.tasks[task].settings.size() <= 1) return;
    if (auto part = part_of(battery, designs, task, whole); !saturated(part)) parts.push_back(std::move(part));
  }

  std::size_t pool_sets() const {
    for (const auto& parts : parts_)
      for (const auto& part : parts)
        if (!part.scores.empty()) return part.scores.size();
    return 0;
  }

  /// Adds each part of `task` in turn to the sums of the tasks before, then goes on with the next task.
  void extend(std::size_t task, const std::vector<std::vector<double>>& sums, const std::vector<double>& seconds,
              std::vector<std::string> names) {
    if (task == parts_.size()) return weigh(sums, seconds, names);
    for (const auto& part : parts_[task]) {
      auto more = sums;
      auto spent = seconds;
      auto named = names;
      if (!part.name.empty()) named.push_back(part.name);
      for (std::size_t s = 0; s < part.scores.size(); ++s)
        for (std::size_t d = 0; d < spent.size(); ++d) more[s][d] += part.scores[s][d];
      for (std::size_t d = 0; d < part.seconds.size(); ++d) spent[d] += part.seconds[d];
      extend(task + 1, more, spent, std::move(named));
    }
  }

  /// Keeps a combination where it is the best within a limit.
  void weigh(const std::vector<std::vector<double>>& sums, const std::vector<double>& seconds,
             const std::vector<std::string>& names) {
    if (names.empty()) return;
    const auto cost = quantile(seconds, 0.5);
    if (cost > limits_.back()) return;
    double rank = 0;
    for (const auto& set : sums)
      rank += correlation(ranks(set), ranked_).value_or(-1) / static_cast<double>(sums.size());
    for (std::size_t i = 0; i < limits_.size(); ++i)
      if (cost <= limits_[i] && (found_[i].parts.empty() || rank > found_[i].rank)) found_[i] = {names, rank, cost};
  }

  const std::vector<double>& limits_;
  std::vector<double> reference_, ranked_;
  std::vector<std::vector<Part>> parts_;  // by task
  std::vector<BatteryChoice> found_;      // by limit
};

}  // namespace

std::vector<BatteryChoice> choose_battery(const std::vector<Battery>& batteries,
                                          const std::vector<std::vector<Compared>>& pool,
                                          const std::vector<double>& limits, bool partial) {
  if (batteries.empty() || pool.front().empty() || limits.empty()) return {};
  return Chooser(batteries, pool, limits, partial).choose();
}

}  // namespace madsearch
