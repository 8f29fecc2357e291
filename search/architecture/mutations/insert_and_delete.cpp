#include "search/architecture/editing.h"
#include "search/architecture/mutations/every_choice.h"
#include "search/architecture/mutations/mutation.h"

namespace madsearch {
namespace {

template <class Draws>
Genome apply(const Genome& parent, const Alphabet& alphabet, Draws& rng) {
  Genome child = parent;
  auto* from = pick(rng, stripes(child));
  std::vector<std::size_t> single;
  for (std::size_t i = 0; i < from->size(); ++i)
    if (!(*from)[i].parallel()) single.push_back(i);
  if (single.empty()) return child;
  from->erase(from->begin() + static_cast<std::ptrdiff_t>(pick(rng, single)));
  auto* to = pick(rng, stripes(child));
  to->insert(to->begin() + static_cast<std::ptrdiff_t>(below(rng, to->size() + 1)),
             Stage{.block = draw_block(alphabet, rng)});
  repair_branches(child);
  repair_labels(child);
  return child;
}

}  // namespace

Mutation insert_and_delete() { return {"insert_and_delete", 15, apply<Rng>, apply<EveryChoice>}; }

}  // namespace madsearch
