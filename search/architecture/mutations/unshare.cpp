#include "search/architecture/editing.h"
#include "search/architecture/mutations/every_choice.h"
#include "search/architecture/mutations/mutation.h"

namespace madsearch {
namespace {

template <class Draws>
Genome apply(const Genome& parent, const Alphabet&, Draws& rng) {
  Genome child = parent;
  std::vector<Block*> labelled;
  for (auto* block : blocks(child))
    if (!block->label.empty()) labelled.push_back(block);
  if (labelled.empty()) return child;
  auto* block = pick(rng, labelled);
  block->label.clear();
  block->keys_values_only = false;
  repair_labels(child);
  return child;
}

}  // namespace

Mutation unshare() { return {"unshare", 2, apply<Rng>, apply<EveryChoice>}; }

}  // namespace madsearch
