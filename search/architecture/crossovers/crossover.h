#pragma once
#include <functional>
#include <string>
#include <vector>

#include "configs/seed.h"
#include "search/architecture/genome.h"

namespace madsearch {

/// Makes one child of two parents; neither is changed. The child has as many blocks as the first if both have equally
/// many, and its labels are consistent. The first parent comes back where they can't be crossed.
struct Crossover {
  std::string name;
  std::function<Genome(const Genome&, const Genome&, Rng&)> apply;
};

Crossover one_point();  // the first stages of one, then the last of the other
Crossover two_point();  // a run of stages is replaced by the other's at the same place

/// Every crossover; search draws them equally often. The order counts, as that of mutations.
const std::vector<Crossover>& crossovers();

}  // namespace madsearch
