#include "search/architecture/crossovers/crossover.h"
#include "search/architecture/crossovers/cuts.h"

namespace madsearch {
namespace {

Genome apply(const Genome& a, const Genome& b, Rng& rng) {
  const auto places = cuts(a, b);
  if (places.size() < 3) return a;  // nothing between the ends
  const auto cut = places[1 + below(rng, places.size() - 2)];
  const auto other = with_own_labels(b);
  Genome child;
  append(child.stages, a.stages, 0, cut.a);
  append(child.stages, other.stages, cut.b, other.stages.size());
  repair_labels(child);
  return child;
}

}  // namespace

Crossover one_point() { return {"one_point", apply}; }

}  // namespace madsearch
