#pragma once
#include <cstddef>
#include <vector>

#include "results/front.h"

namespace madsearch {

/// What ranking sees of a candidate. `objectives` may be empty if infeasible.
struct Scored {
  const Objectives* objectives = nullptr;
  double violation = 0;  // 0: feasible
};

struct Standing {
  int rank = 0;         // 0: no other beats it
  double crowding = 0;  // larger: lonelier; infinite at the ends of a front
};

/// Feasible before infeasible, then smaller violation (Deb 2000); feasible ones by non-dominated sorting and crowding
/// distance within each front, as in NSGA-II (Deb et al. 2002). All feasible items have the same number of objectives.
std::vector<Standing> rank(const std::vector<Scored>& items);

/// Sets the crowding distance of the items `front`, which share a rank.
void crowd(const std::vector<Scored>& items, const std::vector<std::size_t>& front, std::vector<Standing>& standings);

/// True if `a` comes before `b`: lower rank, then larger crowding distance.
bool ahead(const Standing& a, const Standing& b);

/// At most `count` of `points`, spread out: those that crowd most leave one after another. Indices, ascending.
std::vector<std::size_t> spread_out(const std::vector<Objectives>& points, std::size_t count);

}  // namespace madsearch
