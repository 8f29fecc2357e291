#include "engine/study/stop_study.h"

#include <algorithm>
#include <cmath>

#include "engine/training/learning_rates.h"
#include "mad_tasks/table.h"
#include "results/statistics.h"

namespace madsearch {
namespace {

constexpr double kKilled = 0.01;  // accuracy that a stopped winner was still to gain

double best_of(const std::vector<Look>& looks) {
  double out = 0;
  for (const auto& look : looks) out = std::max(out, look.accuracy);
  return out;
}

/// A recorded replica, as far as a rule lets it train.
struct Replayed {
  const Curve* curve = nullptr;
  std::vector<Look> seen;
  bool stopped = false;
};

/// Lets replicas train side by side: a look of each, then a judgement of each, as the trainer does. `best` is the best
/// accuracy so far.
void train_again(std::vector<Replayed>& round, double& best, std::int64_t steps, double chance, const StopRule& rule) {
  std::size_t looks = 0;
  for (const auto& one : round) looks = std::max(looks, one.curve->looks.size());
  for (std::size_t i = 0; i < looks; ++i) {
    for (auto& one : round) {
      if (one.stopped || i >= one.curve->looks.size()) continue;
      one.seen.push_back(one.curve->looks[i]);
      best = std::max(best, one.curve->looks[i].accuracy);
    }
    for (auto& one : round)
      if (!one.stopped && one.seen.size() == i + 1)
        one.stopped = judge(one.seen, best, steps, chance, rule) != Verdict::kGoOn;
  }
}

/// The curve of the highest accuracy, of equal ones the first.
const Curve* winner(const std::vector<Curve>& curves) {
  const Curve* out = nullptr;
  for (const auto& curve : curves)
    if (!out || best_of(curve.looks) > best_of(out->looks)) out = &curve;
  return out;
}

/// Keeps the first look in each tenth of the training, and the last of all: a search looks ten times.
std::vector<Curve> as_often_as_a_search(std::vector<Curve> curves, std::int64_t steps) {
  for (auto& curve : curves) {
    std::vector<Look> kept;
    std::int64_t tenth = 0;
    for (const auto& look : curve.looks) {
      if (10 * look.step / steps == tenth && &look != &curve.looks.back()) continue;
      tenth = 10 * look.step / steps;
      kept.push_back(look);
    }
    curve.looks = std::move(kept);
  }
  return curves;
}

std::int64_t steps_of(const std::vector<Look>& looks) { return looks.empty() ? 0 : looks.back().step; }

/// The replica of the highest accuracy seen, of equal ones the first.
const Replayed& chosen(const std::vector<Replayed>& grid) {
  const auto* out = &grid.front();
  for (const auto& one : grid)
    if (best_of(one.seen) > best_of(out->seen)) out = &one;
  return *out;
}

/// Whether the best of `grid` leads to the rate beyond the edge that was recorded.
bool leads_to(const std::vector<Replayed>& grid, const Replayed& beyond) {
  std::vector<GridPoint> points;
  for (const auto& one : grid) points.push_back(one.curve->point);
  const auto next = beyond_the_edge(points, chosen(grid).curve->point);
  const auto recorded = beyond.curve->point.learning_rate;
  return next && std::abs(next->learning_rate - recorded) < 1e-6 * recorded;
}

/// Every replica of a training as the rule would have run it.
std::vector<Replayed> replicas_under(const Recorded& training, const StopRule& rule) {
  std::vector<Replayed> grid;
  std::vector<Replayed> beyond;
  for (std::size_t i = 0; i < training.curves.size(); ++i)
    (i < training.grid ? grid : beyond).push_back({&training.curves[i], {}, false});
  double best = 0;
  train_again(grid, best, training.steps, training.chance, rule);
  if (!beyond.empty()) {
    if (leads_to(grid, beyond.front()))
      train_again(beyond, best, training.steps, training.chance, rule);
    else
      beyond.front().stopped = true;
  }
  grid.insert(grid.end(), beyond.begin(), beyond.end());
  return grid;
}

/// Steps to the first look that is good enough: within kKilled of the best for the winner, any for the others.
std::int64_t oracle_steps(const Curve& curve, const Curve* winner, double to_the_end) {
  for (const auto& look : curve.looks)
    if (&curve != winner || look.accuracy >= to_the_end - kKilled) return look.step;
  return 0;
}

}  // namespace

Replay replay(const Recorded& training, const StopRule& rule) {
  Replay out;
  const auto* end = winner(training.curves);
  out.to_the_end = best_of(end->looks);
  for (const auto& one : replicas_under(training, rule)) {
    out.accuracy = std::max(out.accuracy, best_of(one.seen));
    out.steps += steps_of(one.seen);
    out.recorded_steps += steps_of(one.curve->looks);
    out.budget += training.steps;
    out.oracle_steps += oracle_steps(*one.curve, end, out.to_the_end);
    if (one.curve == end) out.killed = one.stopped && best_of(one.seen) < out.to_the_end - kKilled;
  }
  return out;
}

RecordedDesigns recorded(const Battery& battery, const std::vector<const StudyDesign*>& designs, std::int64_t seeds,
                         const StudyLog& log) {
  RecordedDesigns out;
  for (const auto* design : designs)
    for (std::int64_t s = 0; s < seeds; ++s) {
      std::vector<std::vector<Recorded>> tasks;
      bool complete = true;
      for (const auto& row : study_requests(battery, *design, s)) {
        tasks.emplace_back();
        for (const auto& request : row) {
          const auto* reply = log.find(request.id);
          complete = complete && reply && !reply->curves.empty() && reply->record.outcome == Outcome::kOk;
          if (!complete) break;
          const auto& setting = request.setting.setting;
          const auto steps = request.setting.steps;
          tasks.back().push_back({as_often_as_a_search(reply->curves, steps), request.grid.size(), steps,
                                  find_task(setting.task)->chance(setting.values)});
        }
      }
      if (complete) out.push_back(std::move(tasks));
    }
  return out;
}

StopResult stop_result(const Battery& battery, const RecordedDesigns& designs, const StopRule& rule) {
  StopResult out;
  std::vector<double> stopped;
  std::vector<double> ended;
  Replay sum;  // of steps
  std::int64_t killed = 0;
  for (const auto& design : designs) {
    std::vector<std::vector<double>> under;
    std::vector<std::vector<double>> to_the_end;
    for (const auto& task : design) {
      under.emplace_back();
      to_the_end.emplace_back();
      for (const auto& training : task) {
        const auto again = replay(training, rule);
        under.back().push_back(again.accuracy);
        to_the_end.back().push_back(again.to_the_end);
        sum.steps += again.steps;
        sum.recorded_steps += again.recorded_steps;
        sum.budget += again.budget;
        sum.oracle_steps += again.oracle_steps;
        killed += again.killed;
        ++out.trainings;
      }
    }
    stopped.push_back(battery_score(battery, under).score);
    ended.push_back(battery_score(battery, to_the_end).score);
    out.largest_loss = std::max(out.largest_loss, ended.back() - stopped.back());
  }
  out.designs = stopped.size();
  if (sum.steps == 0) return out;
  out.fewer = static_cast<double>(sum.budget) / static_cast<double>(sum.steps);
  out.fewer_than_recorded = static_cast<double>(sum.recorded_steps) / static_cast<double>(sum.steps);
  out.fewer_at_best = static_cast<double>(sum.budget) / static_cast<double>(sum.oracle_steps);
  out.killed = static_cast<double>(killed) / static_cast<double>(out.trainings);
  out.rank = rank_correlation(stopped, ended);
  return out;
}

StopRule choose_stop_rule(const Battery& battery, const RecordedDesigns& designs, double rank, double killed) {
  StopRule chosen;
  double fewest = 0;
  for (const double late : {0.3, 0.4, 0.5, 0.6, 0.7})
    for (const double risen : {0.05, 0.1, 0.2})
      for (const double window : {0.25, 0.35, 0.45})
        for (const double gain : {0.002, 0.005, 0.01, 0.02, 0.04})
          for (const double loss : {0.005, 0.01, 0.02, 0.04, 0.08})
            for (const double behind : {0.01, 0.02, 0.05, 0.1}) {
              const StopRule rule{late, risen, window, gain, loss, behind};
              const auto result = stop_result(battery, designs, rule);
              if (result.rank.value_or(-1) < rank || result.killed > killed || result.fewer <= fewest) continue;
              fewest = result.fewer;
              chosen = rule;
            }
  return chosen;
}

}  // namespace madsearch
