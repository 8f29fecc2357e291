#include "engine/study/fidelity.h"

#include <algorithm>
#include <cmath>

namespace madsearch {
namespace {

constexpr double kClose = 0.05;  // of score: 5 points
constexpr double kCeiling = 0.95;
constexpr double kFloor = 0.05;

std::size_t seed_sets(const std::vector<Compared>& designs) {
  std::size_t out = designs.empty() ? 0 : designs.front().score.scores.size();
  for (const auto& design : designs) out = std::min(out, design.score.scores.size());
  return out;
}

std::vector<double> references(const std::vector<Compared>& designs, const std::vector<std::size_t>& of) {
  std::vector<double> out;
  for (const auto i : of) out.push_back(designs[i].reference);
  return out;
}

std::vector<double> scores(const std::vector<Compared>& designs, const std::vector<std::size_t>& of, std::size_t set) {
  std::vector<double> out;
  for (const auto i : of) out.push_back(designs[i].score.scores[set]);
  return out;
}

std::vector<std::size_t> all(const std::vector<Compared>& designs) {
  std::vector<std::size_t> out(designs.size());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = i;
  return out;
}

/// Mean over seed sets; nothing if one of them is undefined.
std::optional<double> rank_with_reference(const std::vector<Compared>& designs, const std::vector<std::size_t>& of) {
  std::vector<double> out;
  for (std::size_t s = 0; s < seed_sets(designs); ++s) {
    const auto rank = rank_correlation(scores(designs, of, s), references(designs, of));
    if (!rank) return {};
    out.push_back(*rank);
  }
  return out.empty() ? std::nullopt : std::optional(mean(out));
}

/// Spearman of each two columns, their mean.
std::optional<double> between_columns(const std::vector<std::vector<double>>& columns) {
  std::vector<double> out;
  for (std::size_t a = 0; a < columns.size(); ++a)
    for (std::size_t b = a + 1; b < columns.size(); ++b)
      if (const auto rank = rank_correlation(columns[a], columns[b])) out.push_back(*rank);
  return out.empty() ? std::nullopt : std::optional(mean(out));
}

std::vector<std::size_t> top_half(const std::vector<Compared>& designs) {
  auto out = all(designs);
  std::stable_sort(out.begin(), out.end(), [&](auto a, auto b) { return designs[a].reference > designs[b].reference; });
  out.resize((out.size() + 1) / 2);
  return out;
}

/// What `column`, a seed set's scores, gets right of a pair of designs: 1, 0, or 0.5 where it sees no difference.
double rightness(const std::vector<double>& column, std::size_t i, std::size_t j, double gap) {
  const auto seen = column[i] - column[j];
  if (seen == 0) return 0.5;
  return (seen > 0) == (gap > 0) ? 1.0 : 0.0;
}

/// Counts close and clear pairs, and how many of them are ordered as the reference orders them.
void count_pairs(const std::vector<Compared>& designs, const std::vector<std::vector<double>>& columns, Fidelity& out) {
  const auto sets = static_cast<double>(columns.size());
  for (std::size_t i = 0; i < designs.size(); ++i)
    for (std::size_t j = i + 1; j < designs.size(); ++j) {
      const auto gap = designs[i].reference - designs[j].reference;
      if (gap == 0) continue;
      const bool close = std::abs(gap) < kClose;
      ++(close ? out.close_pairs : out.clear_pairs);
      auto& right = close ? out.close_right : out.clear_right;
      for (const auto& column : columns) right += rightness(column, i, j, gap) / sets;
    }
  if (out.close_pairs > 0) out.close_right /= static_cast<double>(out.close_pairs);
  if (out.clear_pairs > 0) out.clear_right /= static_cast<double>(out.clear_pairs);
}

std::optional<double> effective_tasks(const std::vector<Compared>& designs) {
  if (designs.empty()) return {};
  std::vector<std::vector<double>> tasks(designs.front().score.tasks.size());
  for (const auto& one : designs)
    for (std::size_t i = 0; i < tasks.size(); ++i) tasks[i].push_back(mean(one.score.tasks[i]));
  return effective_columns(tasks);
}

/// By seed set.
std::vector<std::vector<double>> columns_of(const std::vector<Compared>& designs) {
  std::vector<std::vector<double>> out;
  for (std::size_t s = 0; s < seed_sets(designs); ++s) out.push_back(scores(designs, all(designs), s));
  return out;
}

}  // namespace

ScoreUse score_use(const std::vector<Compared>& designs) {
  std::vector<double> seconds;
  for (const auto& one : designs)
    for (std::size_t s = 0; s < seed_sets(designs); ++s) seconds.push_back(one.score.core_seconds[s]);
  return {between_columns(columns_of(designs)), quantile(seconds, 0.5), quantile(seconds, 1)};
}

Fidelity fidelity(const std::vector<Compared>& designs, Seed seed) {
  Fidelity out{score_use(designs)};
  out.designs = designs.size();
  const auto everyone = all(designs);
  out.rank = rank_with_reference(designs, everyone);
  out.rank_bounds = bootstrap(
      designs.size(), [&](const auto& drawn) { return rank_with_reference(designs, drawn); }, seed);
  out.rank_top_half = rank_with_reference(designs, top_half(designs));
  std::vector<double> means;
  for (const auto& one : designs) means.push_back(mean(one.score.scores));
  out.rank_of_mean = rank_correlation(means, references(designs, everyone));
  count_pairs(designs, columns_of(designs), out);
  out.effective_tasks = effective_tasks(designs);
  return out;
}

std::vector<TaskUse> task_uses(const Battery& battery, const std::vector<Compared>& designs) {
  std::vector<TaskUse> out;
  const auto n = static_cast<double>(designs.size());
  for (std::size_t i = 0; i < battery.tasks.size(); ++i) {
    TaskUse use{.task = battery.tasks[i].task};
    std::vector<double> means;
    std::vector<std::vector<double>> columns(seed_sets(designs));
    for (const auto& one : designs) {
      means.push_back(mean(one.score.tasks[i]));
      for (std::size_t s = 0; s < columns.size(); ++s) columns[s].push_back(one.score.tasks[i][s]);
    }
    use.mean = mean(means);
    for (const auto value : means) {
      use.deviation += (value - use.mean) * (value - use.mean);
      use.at_ceiling += value > kCeiling ? 1 / n : 0;
      use.at_floor += value < kFloor ? 1 / n : 0;
    }
    use.deviation = designs.size() > 1 ? std::sqrt(use.deviation / (n - 1)) : 0;
    use.reliability = between_columns(columns);
    out.push_back(std::move(use));
  }
  return out;
}

}  // namespace madsearch
