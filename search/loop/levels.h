#pragma once
#include <cstddef>
#include <vector>

#include "results/front.h"

namespace madsearch {

/// The fronts of non-dominated sorting, kept while points are added, so that a point more costs a walk over the fronts
/// behind it instead of a sort of all (Li et al. 2017, Efficient Non-domination Level Update). Level 0 is the front of
/// all points, level k + 1 that of what is left without the levels before. Points have the same number of objectives,
/// and are open until they are closed.
class Levels {
 public:
  struct Level {
    std::vector<std::size_t> points;  // names of points, in lexicographic order of their objectives
    std::size_t open = 0;             // how many of them are open
  };

  /// `point` is a name that was not added before: small, as names are indices of a table.
  void add(std::size_t point, Objectives at);
  void close(std::size_t point);  // once
  bool has(std::size_t point) const { return point < points_.size() && !points_[point].empty(); }
  bool is_open(std::size_t point) const { return open_[point]; }
  const Objectives& at(std::size_t point) const { return points_[point]; }
  const std::vector<Level>& levels() const { return levels_; }

 private:
  bool dominated(std::size_t point, const Level& by) const;
  std::size_t first_not_above(std::size_t point) const;
  std::vector<std::size_t> insert(std::size_t point, Level& into);

  std::vector<Objectives> points_;  // by name
  std::vector<bool> open_;          // by name
  std::vector<Level> levels_;
};

}  // namespace madsearch
