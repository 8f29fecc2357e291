#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "search/loop/evolution.h"

namespace madsearch {

/// Which of `points` remain on a grid with steps `grid`: of each box the point nearest to its best corner, of the boxes
/// those that no other beats (Laumanns et al. 2002). Without a grid: the front. Indices, ascending.
std::vector<std::size_t> thin(const std::vector<Objectives>& points, const std::vector<double>& grid);

/// Every candidate that completed battery, in order, and the thinned front of each bin of state.
class Archive {
 public:
  explicit Archive(std::vector<double> grid) : grid_(std::move(grid)) {}
  std::size_t add(Member member, int bin);  // its index
  /// One more seed: objectives, violation and score become means over `seeds`.
  void merge(std::size_t index, const Objectives& objectives, double violation, double score);

  const std::vector<Member>& members() const { return members_; }
  Member& at(std::size_t index) { return members_.at(index); }
  std::optional<std::size_t> find(const std::string& text) const {
    const auto place = places_.find(text);
    return place == places_.end() ? std::nullopt : std::optional(place->second);
  }
  std::vector<std::size_t> front() const;          // feasible, not dominated
  std::vector<std::size_t> thinned_front() const;  // the same on the grid
  /// Feasible bests of each occupied bin.
  const std::map<int, std::vector<std::size_t>>& bests() const { return bests_; }

 private:
  void thin_bin(int bin);

  std::vector<double> grid_;
  std::vector<Member> members_;
  std::vector<int> bins_;  // of each member
  std::unordered_map<std::string, std::size_t> places_;
  std::map<int, std::vector<std::size_t>> bests_;
};

}  // namespace madsearch
