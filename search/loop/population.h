#pragma once
#include <cstddef>
#include <vector>

#include "configs/seed.h"
#include "search/loop/archive.h"
#include "search/loop/selections/selection.h"

namespace madsearch {

/// The members of the archive that may breed, the oldest first.
class Population {
 public:
  Population(const Selection& selection, const Archive& archive) : selection_(selection), archive_(archive) {}
  /// Lets a member of the archive in; the selection chooses who leaves while there are more than `capacity` (at least
  /// 1). True if the new one stayed.
  bool enter(std::size_t member, std::size_t capacity);
  /// Ranks again, after a member's mean changed.
  void grade();
  bool empty() const { return members_.empty(); }
  /// A parent's index in the archive, feasible if any member is. There must be a member.
  std::size_t parent(Rng& rng) const;

 private:
  const Selection& selection_;
  const Archive& archive_;
  std::vector<std::size_t> members_;   // indices of the archive
  std::vector<Standing> standings_;    // of members_
  std::vector<std::size_t> breeders_;  // the feasible members if there are any, else all
  std::vector<Standing> breeding_;     // standings of breeders_
};

}  // namespace madsearch
