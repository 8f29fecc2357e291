#include "search/loop/selections/ranking.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace madsearch {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Fronts of the feasible items. In lexicographic order nobody is beaten by a later item, so each item only looks for
/// the first front that doesn't beat it (Zhang et al. 2015, ENS-SS).
std::vector<std::vector<std::size_t>> fronts(const std::vector<Rankable>& items, std::vector<std::size_t> order) {
  const auto objectives = [&](std::size_t i) -> const Objectives& { return *items[i].objectives; };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return objectives(a) < objectives(b); });
  std::vector<std::vector<std::size_t>> out;
  for (const auto i : order) {
    const auto free = std::find_if(out.begin(), out.end(), [&](const auto& front) {
      return std::none_of(front.rbegin(), front.rend(),
                          [&](std::size_t j) { return dominates(objectives(j), objectives(i)); });
    });
    if (free == out.end())
      out.push_back({i});
    else
      free->push_back(i);
  }
  return out;
}

}  // namespace

void crowd(const std::vector<Rankable>& items, const std::vector<std::size_t>& front,
           std::vector<Standing>& standings) {
  for (const auto i : front) standings[i].crowding = 0;
  auto order = front;
  const std::size_t objectives = front.empty() ? 0 : items[front[0]].objectives->size();
  for (std::size_t k = 0; k < objectives; ++k) {
    const auto value = [&](std::size_t i) { return (*items[i].objectives)[k]; };
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return value(a) != value(b) ? value(a) < value(b) : a < b; });
    const double range = value(order.back()) - value(order.front());
    standings[order.front()].crowding = kInfinity;
    standings[order.back()].crowding = kInfinity;
    for (std::size_t i = 1; range > 0 && i + 1 < order.size(); ++i)
      standings[order[i]].crowding += (value(order[i + 1]) - value(order[i - 1])) / range;
  }
}

std::vector<Standing> rank(const std::vector<Rankable>& items) {
  std::vector<Standing> out(items.size());
  std::vector<std::size_t> feasible;
  std::vector<std::size_t> infeasible;
  for (std::size_t i = 0; i < items.size(); ++i) (items[i].violation > 0 ? infeasible : feasible).push_back(i);
  int next = 0;
  for (const auto& front : fronts(items, std::move(feasible))) {
    for (const auto i : front) out[i].rank = next;
    crowd(items, front, out);
    ++next;
  }
  std::stable_sort(infeasible.begin(), infeasible.end(),
                   [&](std::size_t a, std::size_t b) { return items[a].violation < items[b].violation; });
  for (std::size_t i = 0; i < infeasible.size(); ++i) {
    const bool worse = i > 0 && items[infeasible[i]].violation > items[infeasible[i - 1]].violation;
    next += worse ? 1 : 0;
    out[infeasible[i]].rank = next;
  }
  return out;
}

bool ahead(const Standing& a, const Standing& b) {
  return a.rank != b.rank ? a.rank < b.rank : a.crowding > b.crowding;
}

std::vector<std::size_t> spread_out(const std::vector<Objectives>& points, std::size_t count) {
  std::vector<Rankable> items;
  for (const auto& point : points) items.push_back({&point, 0});
  std::vector<std::size_t> kept(points.size());
  std::iota(kept.begin(), kept.end(), 0);
  std::vector<Standing> standings(points.size());
  while (kept.size() > count) {
    crowd(items, kept, standings);
    // With fewer than three all are ends: the last leaves.
    const auto most = std::min_element(kept.rbegin(), kept.rend(),
                                       [&](auto a, auto b) { return standings[a].crowding < standings[b].crowding; });
    kept.erase(std::next(most).base());
  }
  return kept;
}

}  // namespace madsearch
