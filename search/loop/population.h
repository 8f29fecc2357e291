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
  /// Lets a member in; who leaves once there are more than `capacity` is the selection's choice. True if the new one
  /// stayed.
  bool enter(std::size_t member, std::size_t capacity);
  void grade();  // standings again, after a member's mean changed
  bool empty() const { return members_.empty(); }
  /// A parent, feasible if any member is.
  std::size_t parent(Rng& rng) const;
  const std::vector<std::size_t>& members() const { return members_; }

 private:
  const Selection& selection_;
  const Archive& archive_;
  std::vector<std::size_t> members_, breeders_;  // breeders_: the feasible ones if there are any, else all
  std::vector<Standing> standings_, breeding_;   // of members_; of breeders_
};

}  // namespace madsearch
