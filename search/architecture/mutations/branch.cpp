#include "search/architecture/editing.h"
#include "search/architecture/mutations/every_choice.h"
#include "search/architecture/mutations/mutation.h"

namespace madsearch {
namespace {

template <class Draws>
Genome apply(const Genome& parent, const Alphabet&, Draws& rng) {
  Genome child = parent;
  auto& stripe = *pick(rng, stripes(child));
  if (stripe.size() < 2) return child;
  const auto at = below(rng, stripe.size() - 1);
  Stage stage;
  stage.branches = {{stripe[at]}, {stripe[at + 1]}};
  stripe[at] = std::move(stage);
  stripe.erase(stripe.begin() + static_cast<std::ptrdiff_t>(at) + 1);
  repair_labels(child);
  return child;
}

}  // namespace

Mutation branch() { return {"branch", 3, apply<Rng>, apply<EveryChoice>}; }

}  // namespace madsearch
