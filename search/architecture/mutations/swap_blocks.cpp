#include "search/architecture/editing.h"
#include "search/architecture/mutations/every_choice.h"
#include "search/architecture/mutations/mutation.h"

namespace madsearch {
namespace {

template <class Draws>
Genome apply(const Genome& parent, const Alphabet&, Draws& rng) {
  Genome child = parent;
  const auto all = blocks(child);
  auto* first = pick(rng, all);
  std::vector<Block*> others;
  for (auto* block : all)
    if (!(*block == *first)) others.push_back(block);
  if (others.empty()) return child;
  std::swap(*first, *pick(rng, others));
  repair_labels(child);
  return child;
}

}  // namespace

Mutation swap_blocks() { return {"swap_blocks", 10, apply<Rng>, apply<EveryChoice>}; }

}  // namespace madsearch
