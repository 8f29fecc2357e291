#include <algorithm>

#include "search/loop/selections/selection.h"

namespace madsearch {

/// Regularized (aging) evolution (Real et al. 2019, arXiv:1802.01548): the best of a quarter of the population breeds,
/// the oldest leaves whatever its worth. "Best" is NSGA-II's order, as there are several objectives.
Selection regularized() {
  return {
      .name = "regularized",
      .parent = [](const std::vector<Standing>& population,
                   Rng& rng) { return tournament(population, std::max<std::size_t>(2, population.size() / 4), rng); },
      .leaver = [](const std::vector<Standing>&) -> std::size_t { return 0; }};
}

}  // namespace madsearch
