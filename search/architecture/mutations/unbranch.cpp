#include "search/architecture/editing.h"
#include "search/architecture/mutations/every_choice.h"
#include "search/architecture/mutations/mutation.h"

namespace madsearch {
namespace {

template <class Draws>
Genome apply(const Genome& parent, const Alphabet&, Draws& rng) {
  Genome child = parent;
  std::vector<std::pair<Stripe*, std::size_t>> parallel;
  for (auto* stripe : stripes(child))
    for (std::size_t i = 0; i < stripe->size(); ++i)
      if ((*stripe)[i].parallel()) parallel.emplace_back(stripe, i);
  if (parallel.empty()) return child;
  const auto [stripe, at] = pick(rng, parallel);
  const auto branches = (*stripe)[at].branches;
  Stripe series;
  for (const auto& branch : branches) series.insert(series.end(), branch.begin(), branch.end());
  stripe->erase(stripe->begin() + static_cast<std::ptrdiff_t>(at));
  stripe->insert(stripe->begin() + static_cast<std::ptrdiff_t>(at), series.begin(), series.end());
  repair_labels(child);
  return child;
}

}  // namespace

Mutation unbranch() { return {"unbranch", 2, apply<Rng>, apply<EveryChoice>}; }

}  // namespace madsearch
