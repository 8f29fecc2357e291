#include "search/architecture/crossovers/crossover.h"
#include "search/architecture/crossovers/cuts.h"

namespace madsearch {
namespace {

Genome apply(const Genome& a, const Genome& b, Rng& rng) {
  const auto places = cuts(a, b);
  if (places.size() < 3) return a;
  auto first = below(rng, places.size());
  auto second = below(rng, places.size() - 1);
  if (second >= first) ++second;
  if (first > second) std::swap(first, second);
  const auto begin = places[first];
  const auto end = places[second];
  const auto other = with_own_labels(b);
  Genome child;
  append(child.stages, a.stages, 0, begin.a);
  append(child.stages, other.stages, begin.b, end.b);
  append(child.stages, a.stages, end.a, a.stages.size());
  repair_labels(child);
  return child;
}

}  // namespace

Crossover two_point() { return {"two_point", apply}; }

}  // namespace madsearch
