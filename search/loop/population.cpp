#include "search/loop/population.h"

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
  std::vector<Scored> items;
  for (const auto i : members_) items.push_back({&archive_.members()[i].objectives, archive_.members()[i].violation});
  standings_ = rank(items);
  breeders_.clear();
  breeding_.clear();
  for (const bool any : {false, true}) {
    for (std::size_t i = 0; i < members_.size(); ++i) {
      if (items[i].violation > 0 && !any) continue;
      breeders_.push_back(members_[i]);
      breeding_.push_back(standings_[i]);
    }
    if (!breeders_.empty()) break;
  }
}

std::size_t Population::parent(Rng& rng) const { return breeders_[selection_.parent(breeding_, rng)]; }

}  // namespace madsearch
