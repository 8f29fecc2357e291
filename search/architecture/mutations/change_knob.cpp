#include "primitives/table.h"
#include "search/architecture/editing.h"
#include "search/architecture/mutations/every_choice.h"
#include "search/architecture/mutations/mutation.h"

namespace madsearch {
namespace {

std::vector<Stage*> groups(Genome& genome) {
  std::vector<Stage*> out;
  for (auto* stripe : stripes(genome))
    for (auto& stage : *stripe)
      if (stage.parallel()) out.push_back(&stage);
  return out;
}

template <class Draws>
void change_merge(Stage& group, Draws& rng) {
  std::vector<Merge> others;
  for (const auto merge : kMerges)
    if (merge != group.merge) others.push_back(merge);
  group.merge = pick(rng, others);
}

template <class Draws>
Genome apply(const Genome& parent, const Alphabet& alphabet, Draws& rng) {
  Genome child = parent;
  std::vector<Block*> variable;
  for (auto* block : blocks(child))
    if (alphabet.has(block->primitive) && !alphabet.variable_knobs(block->primitive).empty()) variable.push_back(block);
  const auto merges = groups(child);
  if (variable.empty() && merges.empty()) return child;
  if (below(rng, variable.size() + merges.size()) >= variable.size()) {
    change_merge(*pick(rng, merges), rng);
    return child;
  }
  auto* const target = pick(rng, variable);
  const Block chosen = *target;
  const auto knob = pick(rng, alphabet.variable_knobs(chosen.primitive));
  auto values = alphabet.values(chosen.primitive, knob);
  std::erase_if(values, [&](const KnobValue& value) {
    auto changed = chosen;
    changed.settings.set(knob, value);
    return value == chosen.settings.at(knob) || !alphabet.fits(changed);
  });
  if (values.empty()) return child;
  const auto value = pick(rng, values);
  const auto& simplify = find_primitive(chosen.primitive)->simplify;
  for (auto* block : blocks(child)) {
    if (block != target && (chosen.label.empty() || block->label != chosen.label)) continue;
    auto changed = *block;
    changed.settings.set(knob, value);
    if (!alphabet.fits(changed)) continue;  // a use of its keys and values with another window
    block->settings = changed.settings;
    if (simplify) simplify(block->settings);
  }
  repair_labels(child);
  return child;
}

}  // namespace

Mutation change_knob() { return {"change_knob", 30, apply<Rng>, apply<EveryChoice>}; }

}  // namespace madsearch
