#include "search/loop/population.h"

#include <algorithm>

namespace madsearch {

bool Population::enter(std::size_t member, std::size_t capacity) {
  members_.push_back(member);
  grade();
  while (members_.size() > capacity) {
    members_.erase(members_.begin() + static_cast<std::ptrdiff_t>(selection_.leaver(standings_)));
    grade();
  }
  return members_.back() == member;
}

void Population::grade() {
  std::vector<Rankable> items;
  for (const auto i : members_) items.push_back({&archive_.members()[i].objectives, archive_.members()[i].violation});
  standings_ = rank(items);
  breeders_.clear();
  breeding_.clear();
  const bool any_feasible =
      std::any_of(items.begin(), items.end(), [](const Rankable& item) { return !(item.violation > 0); });
  for (std::size_t i = 0; i < members_.size(); ++i) {
    if (any_feasible && items[i].violation > 0) continue;
    breeders_.push_back(members_[i]);
    breeding_.push_back(standings_[i]);
  }
}

std::size_t Population::parent(Rng& rng) const { return breeders_[selection_.parent(breeding_, rng)]; }

}  // namespace madsearch
