#include "search/loop/levels.h"

#include <algorithm>
#include <utility>

namespace madsearch {

void Levels::add(std::size_t point, Objectives at) {
  if (points_.size() <= point) {
    points_.resize(point + 1);
    open_.resize(point + 1);
  }
  points_[point] = std::move(at);
  open_[point] = true;
  std::vector<std::size_t> moving{point};
  for (auto level = first_not_above(point); !moving.empty(); ++level) {
    if (level == levels_.size()) levels_.emplace_back();
    const auto before = levels_[level].points.size();
    std::vector<std::size_t> beaten;
    for (const auto mover : moving) {
      const auto more = insert(mover, levels_[level]);
      beaten.insert(beaten.end(), more.begin(), more.end());
    }
    if (before > 0 && beaten.size() == before) {  // all of it: the levels behind move as they are
      Level whole;
      for (const auto mover : beaten) insert(mover, whole);
      levels_.insert(levels_.begin() + static_cast<std::ptrdiff_t>(level) + 1, std::move(whole));
      return;
    }
    moving = std::move(beaten);
  }
}

void Levels::close(std::size_t point) {
  open_[point] = false;
  --levels_[first_not_above(point)].open;
}

/// Whether a point of the level beats this one; then all levels before have such a point too.
bool Levels::dominated(std::size_t point, const Level& by) const {
  const auto& here = points_[point];
  const auto end = std::upper_bound(by.points.begin(), by.points.end(), here,
                                    [&](const Objectives& a, std::size_t b) { return a < points_[b]; });
  if (here.size() == 2)  // a staircase: of the points before, the last is the lowest
    return end != by.points.begin() && dominates(points_[*std::prev(end)], here);
  return std::any_of(by.points.begin(), end, [&](std::size_t other) { return dominates(points_[other], here); });
}

/// The level of a point: the first that doesn't beat it.
std::size_t Levels::first_not_above(std::size_t point) const {
  const auto place =
      std::partition_point(levels_.begin(), levels_.end(), [&](const Level& level) { return dominated(point, level); });
  return static_cast<std::size_t>(place - levels_.begin());
}

/// Into a level that doesn't beat the point; gives those that it beats and that leave.
std::vector<std::size_t> Levels::insert(std::size_t point, Level& into) {
  auto& points = into.points;
  const auto& here = points_[point];
  const auto from = std::lower_bound(points.begin(), points.end(), here,
                                     [&](std::size_t a, const Objectives& b) { return points_[a] < b; });
  std::vector<std::size_t> beaten;
  auto to = from;
  if (here.size() == 2) {  // a staircase: they are neighbours
    to = std::find_if_not(from, points.end(), [&](std::size_t other) { return dominates(here, points_[other]); });
    beaten.assign(from, to);
  } else {
    to = std::stable_partition(from, points.end(), [&](std::size_t other) { return dominates(here, points_[other]); });
    beaten.assign(from, to);
  }
  into.open += open_[point] ? 1 : 0;
  for (const auto other : beaten) into.open -= open_[other] ? 1 : 0;
  points.insert(points.erase(from, to), point);
  return beaten;
}

}  // namespace madsearch
