#include "primitives/table.h"
#include "search/architecture/editing.h"
#include "search/architecture/mutations/every_choice.h"
#include "search/architecture/mutations/mutation.h"

namespace madsearch {
namespace {

std::string fresh_label(const std::vector<Block*>& all) {
  for (int n = 0;; ++n) {
    const auto label = "s" + std::to_string(n);
    bool taken = false;
    for (const auto* block : all) taken = taken || block->label == label;
    if (!taken) return label;
  }
}

template <class Draws>
Genome apply(const Genome& parent, const Alphabet&, Draws& rng) {
  Genome child = parent;
  const auto all = blocks(child);
  struct Pair {
    Block *owner, *user;
    bool keys_values;
  };
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::size_t j = i + 1; j < all.size(); ++j) {
      if (all[i]->primitive != all[j]->primitive || all[i]->keys_values_only || !all[j]->label.empty()) continue;
      if (all[i]->settings == all[j]->settings) pairs.push_back({all[i], all[j], false});
      if (find_primitive(all[i]->primitive)->shares_keys_values) pairs.push_back({all[i], all[j], true});
    }
  if (pairs.empty()) return child;
  const auto [owner, user, keys_values] = pick(rng, pairs);
  if (owner->label.empty()) owner->label = fresh_label(all);
  user->label = owner->label;
  user->keys_values_only = keys_values;
  if (keys_values)  // one cache: heads, their norm and their positions must agree
    for (const auto* knob : kCacheKnobs) user->settings.set(knob, owner->settings.at(knob));
  repair_labels(child);
  return child;
}

}  // namespace

Mutation share() { return {"share", 3, apply<Rng>, apply<EveryChoice>}; }

}  // namespace madsearch
