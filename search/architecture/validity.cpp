#include "search/architecture/validity.h"

#include <algorithm>
#include <map>
#include <vector>

#include "primitives/table.h"

namespace madsearch {
namespace {

/// Where a block stands: stage, branch, stage, branch, ..., stage.
using Place = std::vector<std::size_t>;

struct Placed {
  const Block* block;
  Place place;
};

void collect(const Stripe& stripe, Place place, std::vector<Placed>& out) {
  place.push_back(0);
  for (std::size_t i = 0; i < stripe.size(); ++i) {
    place.back() = i;
    if (!stripe[i].parallel()) out.push_back({&stripe[i].block, place});
    for (std::size_t b = 0; b < stripe[i].branches.size(); ++b) {
      auto inside = place;
      inside.push_back(b);
      collect(stripe[i].branches[b], inside, out);
    }
  }
}

std::size_t depth(const Stripe& stripe) {
  std::size_t deepest = 0;
  for (const auto& stage : stripe)
    for (const auto& branch : stage.branches) deepest = std::max(deepest, 1 + depth(branch));
  return deepest;
}

/// Whether every path to `late` has passed `early`: they part at a stage of one stripe, not between sibling branches.
bool precedes(const Place& early, const Place& late) {
  for (std::size_t i = 0; i < early.size() && i < late.size(); ++i)
    if (early[i] != late[i]) return i % 2 == 0 && early[i] < late[i];
  return false;
}

std::string name_of(const Block& block) {
  return block.primitive + (block.label.empty() ? "" : "@" + block.label + (block.keys_values_only ? ":kv" : ""));
}

std::string check_sharing(const Placed& owner, const Placed& user) {
  const auto& a = *owner.block;
  const auto& b = *user.block;
  if (a.primitive != b.primitive)
    return "label @" + b.label + " stands at " + a.primitive + " and at " + b.primitive +
           "; one label shares one weight set";
  if (!b.keys_values_only) {
    if (a.settings != b.settings) return "blocks of label @" + b.label + " must have the same knobs to share weights";
    return "";
  }
  if (!precedes(owner.place, user.place))
    return name_of(b) + " must come after the block that owns its keys and values, in series";
  for (const auto* knob : kCacheKnobs)
    if (b.settings.has(knob) && a.settings.at(knob) != b.settings.at(knob))
      return name_of(b) + " must have the " + knob + " of the block whose keys and values it shares (" +
             a.settings.at(knob).text() + ")";
  return "";
}

}  // namespace

std::string invalid(const Genome& genome, Shape shape) {
  if (genome.stages.empty()) return "a design needs at least one block";
  if (depth(genome.stages) > 2) return "parallel branches are nested at most 2 deep";
  std::vector<Placed> all;
  collect(genome.stages, {}, all);
  std::map<std::string, Placed> owners;
  for (const auto& placed : all) {
    const auto& block = *placed.block;
    const auto* primitive = find_primitive(block.primitive);
    if (!primitive) return "unknown primitive \"" + block.primitive + "\"";
    if (auto sentence = check_knobs(*primitive, block.settings); !sentence.empty()) return sentence;
    if (auto sentence = primitive->valid(block.settings, shape); !sentence.empty())
      return block.primitive + ": " + sentence;
    if (block.label.empty()) continue;
    const auto [owner, first] = owners.try_emplace(block.label, placed);
    if (first && block.keys_values_only)
      return name_of(block) + " must come after the block that owns its keys and values, in series";
    if (!first)
      if (auto sentence = check_sharing(owner->second, placed); !sentence.empty()) return sentence;
  }
  return "";
}

}  // namespace madsearch
