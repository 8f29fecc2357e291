#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "results/front.h"
#include "search/loop/member.h"

namespace madsearch {

/// Which of `points` remain on a grid with steps `grid`, one an objective: of each box the point nearest to its best
/// corner, of the boxes those that no other beats (epsilon dominance, Laumanns et al. 2002). Without a grid the front
/// remains. Indices, ascending.
std::vector<std::size_t> thin(const std::vector<Objectives>& points, const std::vector<double>& grid);

/// Every candidate that completed battery, in the order in which results were seen, and the thinned front of each bin
/// of state. Members are named by their index.
class Archive {
 public:
  explicit Archive(std::vector<double> grid) : grid_(std::move(grid)) {}
  /// Adds a member whose text is not in it yet; returns its index.
  std::size_t add(Member member, int bin);
  /// One more seed of a member: objectives, violation and score become means over its seeds.
  void merge(std::size_t index, const Objectives& objectives, double violation, double score);

  /// The first result of a member that had failed before.
  void revive(std::size_t index, const Objectives& objectives, double violation, double score);

  const std::vector<Member>& members() const { return members_; }
  Member& at(std::size_t index) { return members_.at(index); }
  std::optional<std::size_t> find(const std::string& text) const {
    const auto place = places_.find(text);
    return place == places_.end() ? std::nullopt : std::optional(place->second);
  }
  std::vector<std::size_t> front() const;          // feasible, not dominated
  std::vector<std::size_t> thinned_front() const;  // feasible, what remains of them on the grid
  /// What remains on the grid of the feasible members of each bin; empty without a grid.
  const std::map<int, std::vector<std::size_t>>& bests() const { return bests_; }

 private:
  /// The feasible members of a bin: box of the grid -> its members, the nearest to the box's best corner first.
  using Boxes = std::map<Objectives, std::set<std::pair<double, std::size_t>>>;
  void put_in_box(std::size_t index);
  void take_from_box(std::size_t index);
  void thin_bin(int bin);

  std::vector<double> grid_;
  std::vector<Member> members_;
  std::vector<int> bins_;  // of each member
  std::unordered_map<std::string, std::size_t> places_;
  std::map<int, Boxes> boxes_;  // of each bin; empty without a grid
  std::map<int, std::vector<std::size_t>> bests_;
};

}  // namespace madsearch
