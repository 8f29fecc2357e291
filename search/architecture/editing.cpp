#include "search/architecture/editing.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace madsearch {
namespace {

void collect(Stripe& stripe, std::vector<Stripe*>& out) {
  out.push_back(&stripe);
  for (auto& stage : stripe)
    for (auto& branch : stage.branches) collect(branch, out);
}

void repair(Stripe& stripe) {
  Stripe out;
  for (auto& stage : stripe) {
    if (!stage.parallel()) {
      out.push_back(std::move(stage));
      continue;
    }
    for (auto& branch : stage.branches) repair(branch);
    std::erase_if(stage.branches, [](const Stripe& branch) { return branch.empty(); });
    if (stage.branches.size() >= 2)
      out.push_back(std::move(stage));
    else if (stage.branches.size() == 1)
      for (auto& inner : Stripe(std::move(stage.branches.front()))) out.push_back(std::move(inner));
  }
  stripe = std::move(out);
}

/// What was met on the way through a genome.
struct Seen {
  std::map<std::string, Block> owners;  // the first block of each label, anywhere before
  std::set<std::string> passed;         // labels whose owner every path to here has passed
};

/// Whether `block` may keep its label beside `owner`, the first block of that label.
bool may_share(const Block& block, const Block& owner, const Seen& seen) {
  if (owner.primitive != block.primitive) return false;
  if (!block.keys_values_only) return owner.settings == block.settings;
  if (!seen.passed.contains(block.label)) return false;
  return std::all_of(kCacheKnobs.begin(), kCacheKnobs.end(), [&](const char* knob) {
    return block.settings.has(knob) && owner.settings.at(knob) == block.settings.at(knob);
  });
}

void repair_label(Block& block, Seen& seen) {
  if (block.label.empty()) return;
  const auto owner = seen.owners.find(block.label);
  if (owner == seen.owners.end() && !block.keys_values_only) {
    seen.owners[block.label] = block;
    seen.passed.insert(block.label);
    return;
  }
  if (owner != seen.owners.end() && may_share(block, owner->second, seen)) return;
  block.label.clear();
  block.keys_values_only = false;
}

void repair_labels(Stripe& stripe, Seen& seen) {
  for (auto& stage : stripe) {
    if (!stage.parallel()) {
      repair_label(stage.block, seen);
      continue;
    }
    const auto before = seen.passed;
    auto after = before;
    for (auto& branch : stage.branches) {
      seen.passed = before;  // a sibling's keys and values are not there yet
      repair_labels(branch, seen);
      after.merge(seen.passed);
    }
    seen.passed = after;
  }
}

}  // namespace

std::vector<Stripe*> stripes(Genome& genome) {
  std::vector<Stripe*> out;
  collect(genome.stages, out);
  return out;
}

void repair_labels(Genome& genome) {
  Seen seen;
  repair_labels(genome.stages, seen);
}

void repair_branches(Genome& genome) { repair(genome.stages); }

}  // namespace madsearch
