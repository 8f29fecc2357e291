#include <algorithm>

#include "search/architecture/editing.h"
#include "search/architecture/mutations/every_choice.h"
#include "search/architecture/mutations/mutation.h"

namespace madsearch {
namespace {

template <class Draws>
Genome apply(const Genome& parent, const Alphabet&, Draws& rng) {
  Genome child = parent;
  auto& stages = child.stages;
  const auto n = stages.size();
  if (n < 2) return child;
  const auto length = 1 + below(rng, n / 2);
  const auto from = below(rng, n - length + 1);
  const auto to = below(rng, n - length + 1);
  const Stripe segment(parent.stages.begin() + static_cast<std::ptrdiff_t>(from),
                       parent.stages.begin() + static_cast<std::ptrdiff_t>(from + length));
  std::int64_t replaced = 0;
  for (std::uint64_t i = 0; i < length; ++i) replaced += block_count(stages[to + i]);
  if (block_count(segment) != replaced) return child;  // the number of blocks stays
  std::copy(segment.begin(), segment.end(), stages.begin() + static_cast<std::ptrdiff_t>(to));
  repair_labels(child);
  return child;
}

}  // namespace

Mutation duplicate_segment() { return {"duplicate_segment", 5, apply<Rng>, apply<EveryChoice>}; }

}  // namespace madsearch
