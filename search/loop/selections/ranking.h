#pragma once
#include <cstddef>
#include <vector>

#include "results/front.h"

namespace madsearch {

/// What ranking sees of a candidate.
struct Rankable {
  const Objectives* objectives = nullptr;  // may be empty if the candidate is infeasible
  double violation = 0;                    // 0: feasible
};

/// Where a candidate stands among others.
struct Standing {
  int rank = 0;         // 0: no other beats it
  double crowding = 0;  // larger: lonelier; infinite at the ends of a front
};

/// The standing of each item. Feasible ones come before infeasible ones. The feasible are ranked by non-dominated
/// sorting, with the crowding distance within each front (NSGA-II, Deb et al. 2002), the infeasible by their violation
/// (Deb 2000). All feasible items must have the same number of objectives.
std::vector<Standing> rank(const std::vector<Rankable>& items);

/// Sets the crowding distance of the items `front` (indices), which share a rank.
void crowd(const std::vector<Rankable>& items, const std::vector<std::size_t>& front, std::vector<Standing>& standings);

/// True if `a` comes before `b`: lower rank, then larger crowding distance.
bool ahead(const Standing& a, const Standing& b);

/// At most `count` of `points`, spread out: while there are more, the most crowded leaves. Indices, ascending.
std::vector<std::size_t> spread_out(const std::vector<Objectives>& points, std::size_t count);

}  // namespace madsearch
