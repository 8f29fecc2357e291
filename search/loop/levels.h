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
  void add(std::size_t point, const Objectives& at);
  void close(std::size_t point);  // once
  bool has(std::size_t point) const { return point < has_.size() && has_[point]; }
  bool is_open(std::size_t point) const { return open_[point]; }
  Objectives at(std::size_t point) const { return {numbers(point), numbers(point) + objectives_}; }
  const std::vector<Level>& levels() const { return levels_; }

 private:
  const double* numbers(std::size_t point) const { return &numbers_[point * objectives_]; }
  bool before(std::size_t a, std::size_t b) const;  // lexicographically
  bool beats(std::size_t a, std::size_t b) const;
  bool dominated(std::size_t point, const Level& by) const;
  std::size_t first_not_above(std::size_t point) const;
  void insert(std::size_t point, Level& into, std::vector<std::size_t>& beaten);

  std::size_t objectives_ = 0;    // of each point
  std::vector<double> numbers_;   // by name, one point after the other: a walk over levels reads little memory
  std::vector<bool> has_, open_;  // by name
  std::vector<Level> levels_;
};

}  // namespace madsearch
