#include "search/loop/archive.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace madsearch {
namespace {

struct Boxed {
  Objectives box;
  double distance = 0;  // from the best corner of the box, in steps
};

Boxed boxed(const Objectives& point, const std::vector<double>& grid) {
  Boxed out;
  for (std::size_t k = 0; k < point.size(); ++k) {
    const double steps = point[k] / grid[k];
    out.box.push_back(std::floor(steps));
    out.distance += steps - std::floor(steps);
  }
  return out;
}

std::vector<std::size_t> feasible(const std::vector<Member>& members) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < members.size(); ++i)
    if (members[i].violation <= 0) out.push_back(i);
  return out;
}

std::vector<Objectives> points_of(const std::vector<Member>& members, const std::vector<std::size_t>& which) {
  std::vector<Objectives> out;
  for (const auto i : which) out.push_back(members[i].objectives);
  return out;
}

/// `chosen` are places in `which`.
std::vector<std::size_t> of(const std::vector<std::size_t>& which, const std::vector<std::size_t>& chosen) {
  std::vector<std::size_t> out;
  for (const auto i : chosen) out.push_back(which[i]);
  return out;
}

}  // namespace

std::vector<std::size_t> thin(const std::vector<Objectives>& points, const std::vector<double>& grid) {
  if (grid.empty()) return front(points);
  std::map<Objectives, std::pair<double, std::size_t>> nearest;  // box -> its point nearest to the corner
  for (std::size_t i = 0; i < points.size(); ++i) {
    const auto [box, distance] = boxed(points[i], grid);
    const auto [place, fresh] = nearest.try_emplace(box, distance, i);
    if (!fresh && distance < place->second.first) place->second = {distance, i};
  }
  std::vector<Objectives> boxes;
  std::vector<std::size_t> which;
  for (const auto& [box, point] : nearest) {
    boxes.push_back(box);
    which.push_back(point.second);
  }
  std::vector<std::size_t> out;
  for (const auto i : front(boxes)) out.push_back(which[i]);
  std::sort(out.begin(), out.end());
  return out;
}

std::size_t Archive::add(Member member, int bin) {
  const std::size_t index = members_.size();
  places_.emplace(member.text, index);
  const bool is_feasible = member.violation <= 0;
  members_.push_back(std::move(member));
  bins_.push_back(bin);
  if (is_feasible && !grid_.empty()) {
    // A point outside of the thinned set never returns, so only the bests need thinning again.
    auto& bests = bests_[bin];
    bests.push_back(index);
    bests = of(bests, thin(points_of(members_, bests), grid_));
    put_in_box(index);
  }
  return index;
}

void Archive::revive(std::size_t index, const Objectives& objectives, double violation, double score) {
  auto& member = members_.at(index);
  member.objectives = objectives;
  member.violation = violation;
  member.score = score;
  if (grid_.empty() || violation > 0) return;
  put_in_box(index);
  thin_bin(bins_[index]);
}

void Archive::put_in_box(std::size_t index) {
  auto [box, distance] = boxed(members_[index].objectives, grid_);
  boxes_[bins_[index]][std::move(box)].emplace(distance, index);
}

void Archive::take_from_box(std::size_t index) {
  const auto [box, distance] = boxed(members_[index].objectives, grid_);
  auto& boxes = boxes_[bins_[index]];
  const auto place = boxes.find(box);
  place->second.erase({distance, index});
  if (place->second.empty()) boxes.erase(place);
}

void Archive::merge(std::size_t index, const Objectives& objectives, double violation, double score) {
  auto& member = members_.at(index);
  const bool in_box = !grid_.empty() && member.violation <= 0;
  if (in_box) take_from_box(index);
  const auto mean = [n = static_cast<double>(member.seeds)](double old, double fresh) {
    return (n * old + fresh) / (n + 1);
  };
  for (std::size_t k = 0; k < member.objectives.size(); ++k)
    member.objectives[k] = mean(member.objectives[k], objectives[k]);
  member.violation = mean(member.violation, violation);
  member.score = mean(member.score, score);
  ++member.seeds;
  if (!in_box) return;
  if (member.violation <= 0) put_in_box(index);
  thin_bin(bins_[index]);
}

/// From all members of the bin, as a mean may have worsened so that others return.
void Archive::thin_bin(int bin) {
  std::vector<Objectives> boxes;
  std::vector<std::size_t> nearest;
  for (const auto& [box, members] : boxes_[bin]) {
    boxes.push_back(box);
    nearest.push_back(members.begin()->second);
  }
  auto bests = of(nearest, madsearch::front(boxes));
  std::sort(bests.begin(), bests.end());
  bests_.erase(bin);
  if (!bests.empty()) bests_[bin] = std::move(bests);
}

std::vector<std::size_t> Archive::front() const {
  const auto which = feasible(members_);
  return of(which, madsearch::front(points_of(members_, which)));
}

std::vector<std::size_t> Archive::thinned_front() const {
  const auto which = feasible(members_);
  return of(which, thin(points_of(members_, which), grid_));
}

}  // namespace madsearch
