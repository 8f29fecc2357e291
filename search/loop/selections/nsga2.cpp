#include "search/loop/selections/selection.h"

namespace madsearch {

/// Steady-state NSGA-II (Deb et al. 2002; Durillo et al. 2009): binary tournaments, one member enters and the worst
/// leaves.
Selection nsga2() {
  return {.name = "nsga2",
          .parent = [](const std::vector<Standing>& population, Rng& rng) { return tournament(population, 2, rng); },
          .leaver = worst};
}

}  // namespace madsearch
