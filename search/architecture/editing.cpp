#include "search/architecture/editing.h"

#include <map>

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

/// Labels of owners that every path to here has passed, and of all blocks anywhere before.
struct Seen {
  std::map<std::string, Block> owners;
  std::map<std::string, bool> passed;
};

void repair_labels(Stripe& stripe, Seen& seen) {
  for (auto& stage : stripe) {
    if (stage.parallel()) {
      const auto before = seen.passed;
      auto after = before;
      for (auto& branch : stage.branches) {
        seen.passed = before;  // a sibling's keys and values are not there yet
        repair_labels(branch, seen);
        after.merge(seen.passed);
      }
      seen.passed = after;
      continue;
    }
    auto& block = stage.block;
    if (block.label.empty()) continue;
    const auto owner = seen.owners.find(block.label);
    bool fits = true;
    if (owner == seen.owners.end()) {
      fits = !block.keys_values_only;
      if (fits) seen.owners[block.label] = block, seen.passed[block.label] = true;
    } else if (block.keys_values_only) {
      fits = owner->second.primitive == block.primitive && seen.passed.contains(block.label);
      for (const auto* knob : kCacheKnobs)
        fits = fits && block.settings.has(knob) && owner->second.settings.at(knob) == block.settings.at(knob);
    } else {
      fits = owner->second.primitive == block.primitive && owner->second.settings == block.settings;
    }
    if (!fits) block.label.clear(), block.keys_values_only = false;
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

std::int64_t size(const Stage& stage) {
  if (!stage.parallel()) return 1;
  std::int64_t total = 0;
  for (const auto& branch : stage.branches)
    for (const auto& inner : branch) total += size(inner);
  return total;
}

}  // namespace madsearch
