#include "search/loop/promotion.h"

#include <algorithm>
#include <limits>

#include "search/loop/selections/ranking.h"

namespace madsearch {

void Promotion::add(const Evaluation& probe, const Measurement& result, int bin) {
  const bool failed = result.outcome != Outcome::kOk;
  auto& place = bins_[bin];
  const auto number = place.probes.size();
  place.probes.push_back(failed ? std::nullopt : std::optional(probe));
  if (failed)
    place.infeasible.emplace(std::numeric_limits<double>::infinity(), number);
  else if (result.violation > 0)
    place.infeasible.emplace(result.violation, number);
  else
    place.feasible.add(number, result.objectives);
  choose(place);
}

std::optional<Evaluation> Promotion::take() {
  Bin* chosen = nullptr;
  for (auto& [number, bin] : bins_)
    if (bin.next && (!chosen || bin.climbed < chosen->climbed)) chosen = &bin;
  if (!chosen) return std::nullopt;
  const auto number = *chosen->next;
  auto climber = std::move(chosen->probes[number]);
  chosen->probes[number].reset();
  if (chosen->feasible.has(number)) chosen->feasible.close(number);
  ++chosen->climbed;
  choose(*chosen);
  return climber;
}

/// The best 1/eta of the bin may climb, one at least.
void Promotion::choose(Bin& bin) const {
  bin.next.reset();
  const auto climbing =
      std::max<std::size_t>(1, static_cast<std::size_t>(static_cast<double>(bin.probes.size()) / eta_));
  std::size_t ahead = 0;
  for (const auto& level : bin.feasible.levels()) {
    if (ahead >= climbing) return;
    if (level.open > 0) {
      const auto best = best_open(bin.feasible, level);
      if (ahead + best.ahead < climbing) bin.next = best.probe;
      return;
    }
    ahead += level.points.size();
  }
  for (const auto& [violation, number] : bin.infeasible) {
    if (ahead++ >= climbing) return;
    if (!bin.probes[number]) continue;
    bin.next = number;
    return;
  }
}

/// Of the probes of a level that may climb the loneliest, of equals the first.
Promotion::Place Promotion::best_open(const Levels& levels, const Levels::Level& level) {
  auto order = level.points;
  std::sort(order.begin(), order.end());
  std::vector<Objectives> points;
  std::vector<Rankable> items;
  std::vector<std::size_t> all;
  for (const auto point : order) points.push_back(levels.at(point));
  for (const auto& point : points) {
    all.push_back(items.size());
    items.push_back({&point, 0});
  }
  std::vector<Standing> standings(items.size());
  crowd(items, all, standings);
  std::stable_sort(all.begin(), all.end(),
                   [&](std::size_t a, std::size_t b) { return ahead(standings[a], standings[b]); });
  const auto best = std::find_if(all.begin(), all.end(), [&](std::size_t i) { return levels.is_open(order[i]); });
  return {order[*best], static_cast<std::size_t>(best - all.begin())};
}

}  // namespace madsearch
