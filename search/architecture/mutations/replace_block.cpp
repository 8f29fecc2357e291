#include "primitives/table.h"
#include "search/architecture/editing.h"
#include "search/architecture/mutations/every_choice.h"
#include "search/architecture/mutations/mutation.h"

namespace madsearch {
namespace {

template <class Draws>
Genome apply(const Genome& parent, const Alphabet& alphabet, Draws& rng) {
  Genome child = parent;
  auto* block = pick(rng, blocks(child));
  const auto kind = find_primitive(block->primitive)->kind;
  auto names = kind == Kind::kSequence ? alphabet.sequence_mixers() : alphabet.channel_mixers();
  if (chance(rng, 0.1)) names = kind == Kind::kSequence ? alphabet.channel_mixers() : alphabet.sequence_mixers();
  std::erase(names, block->primitive);
  if (names.empty()) return child;
  *block = draw_block(alphabet, pick(rng, names), rng);
  repair_labels(child);
  return child;
}

}  // namespace

Mutation replace_block() { return {"replace_block", 25, apply<Rng>, apply<EveryChoice>}; }

}  // namespace madsearch
