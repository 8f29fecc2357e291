#include "search/loop/levels.h"

#include <algorithm>
#include <utility>

namespace madsearch {

void Levels::add(std::size_t point, const Objectives& at) {
  objectives_ = at.size();
  if (has_.size() <= point) {
    numbers_.resize((point + 1) * objectives_);
    has_.resize(point + 1);
    open_.resize(point + 1);
  }
  std::copy(at.begin(), at.end(), numbers_.begin() + static_cast<std::ptrdiff_t>(point * objectives_));
  has_[point] = true;
  open_[point] = true;
  std::vector<std::size_t> moving{point};
  std::vector<std::size_t> beaten;
  for (auto level = first_not_above(point); !moving.empty(); ++level) {
    if (level == levels_.size()) levels_.emplace_back();
    const auto before = levels_[level].points.size();
    beaten.clear();
    for (const auto mover : moving) insert(mover, levels_[level], beaten);
    if (before > 0 && beaten.size() == before) {  // all of it: the levels behind move as they are
      Level whole;
      std::vector<std::size_t> none;
      for (const auto mover : beaten) insert(mover, whole, none);
      levels_.insert(levels_.begin() + static_cast<std::ptrdiff_t>(level) + 1, std::move(whole));
      return;
    }
    std::swap(moving, beaten);
  }
}

void Levels::close(std::size_t point) {
  open_[point] = false;
  --levels_[first_not_above(point)].open;
}

bool Levels::before(std::size_t a, std::size_t b) const {
  return std::lexicographical_compare(numbers(a), numbers(a) + objectives_, numbers(b), numbers(b) + objectives_);
}

/// Whether `a` is nowhere worse and somewhere better.
bool Levels::beats(std::size_t a, std::size_t b) const {
  const auto* here = numbers(a);
  const auto* there = numbers(b);
  bool better = false;
  for (std::size_t k = 0; k < objectives_; ++k) {
    if (here[k] > there[k]) return false;
    better |= here[k] < there[k];
  }
  return better;
}

/// Whether a point of the level beats this one; then all levels before have such a point too.
bool Levels::dominated(std::size_t point, const Level& by) const {
  const auto end = std::upper_bound(by.points.begin(), by.points.end(), point,
                                    [&](std::size_t a, std::size_t b) { return before(a, b); });
  if (objectives_ == 2)  // a staircase: of the points before, the last is the lowest
    return end != by.points.begin() && beats(*std::prev(end), point);
  return std::any_of(by.points.begin(), end, [&](std::size_t other) { return beats(other, point); });
}

/// The level of a point: the first that doesn't beat it.
std::size_t Levels::first_not_above(std::size_t point) const {
  const auto place =
      std::partition_point(levels_.begin(), levels_.end(), [&](const Level& level) { return dominated(point, level); });
  return static_cast<std::size_t>(place - levels_.begin());
}

/// Into a level that doesn't beat the point; adds to `beaten` those that it beats and that leave.
void Levels::insert(std::size_t point, Level& into, std::vector<std::size_t>& beaten) {
  auto& points = into.points;
  const auto from =
      std::lower_bound(points.begin(), points.end(), point, [&](std::size_t a, std::size_t b) { return before(a, b); });
  const auto is_beaten = [&](std::size_t other) { return beats(point, other); };
  const auto to = objectives_ == 2 ? std::find_if_not(from, points.end(), is_beaten)  // a staircase: neighbours
                                   : std::stable_partition(from, points.end(), is_beaten);
  into.open += open_[point] ? 1 : 0;
  for (auto other = from; other != to; ++other) into.open -= open_[*other] ? 1 : 0;
  beaten.insert(beaten.end(), from, to);
  if (from == to) {
    points.insert(from, point);
    return;
  }
  *from = point;
  points.erase(std::next(from), to);
}

}  // namespace madsearch
