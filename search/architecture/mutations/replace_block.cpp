#include "primitives/table.h"
#include "search/architecture/editing.h"
#include "search/architecture/mutations/mutation.h"

namespace madsearch {
namespace {

Genome apply(const Genome& parent, const Alphabet& alphabet, Rng& rng) {
  Genome child = parent;
  auto* block = pick(rng, blocks(child));
  const auto kind = find_primitive(block->primitive)->kind;
  auto names = kind == Kind::kSequence ? alphabet.sequence_mixers() : alphabet.channel_mixers();
  if (chance(rng, 0.1)) names = kind == Kind::kSequence ? alphabet.channel_mixers() : alphabet.sequence_mixers();
  std::erase(names, block->primitive);
  if (names.empty()) return child;
  *block = alphabet.draw(pick(rng, names), rng);
  repair_labels(child);
  return child;
}

}  // namespace

Mutation replace_block() { return {"replace_block", 25, apply}; }

}  // namespace madsearch
