#include "search/architecture/editing.h"
#include "search/architecture/mutations/every_choice.h"
#include "search/architecture/mutations/mutation.h"

namespace madsearch {
namespace {

template <class Draws>
Genome apply(const Genome& parent, const Alphabet&, Draws& rng) {
  Genome child = parent;
  auto& from = *pick(rng, stripes(child));
  const auto index = static_cast<std::ptrdiff_t>(below(rng, from.size()));
  const Stage moved = from[static_cast<std::size_t>(index)];
  from.erase(from.begin() + index);
  // May be an empty branch, which is kept thereby, or nested too deep, which the caller checks.
  auto& to = *pick(rng, stripes(child));
  to.insert(to.begin() + static_cast<std::ptrdiff_t>(below(rng, to.size() + 1)), moved);
  repair_branches(child);
  repair_labels(child);
  return child;
}

}  // namespace

Mutation move_block() { return {"move_block", 5, apply<Rng>, apply<EveryChoice>}; }

}  // namespace madsearch
