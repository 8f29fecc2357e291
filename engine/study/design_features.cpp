#include "engine/study/design_features.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "primitives/table.h"
#include "results/statistics.h"

namespace madsearch {
namespace {

constexpr std::int64_t kLeast = 5;  // designs that have a feature

enum class Group { kPrimitive, kPosition, kAttention, kNeighbours };
using Key = std::pair<Group, std::string>;
using Facts = std::map<Key, double>;

const std::string& family_of(const Block* block) { return find_primitive(block->primitive)->family; }

using Ends = std::vector<const Block*>;
using Pairs = std::vector<std::pair<const Block*, const Block*>>;

Ends firsts(const Stripe& stripe);
Ends lasts(const Stripe& stripe);

template <class EndsOf>
Ends ends(const Stage& stage, EndsOf ends_of) {
  if (!stage.parallel()) return {&stage.block};
  Ends out;
  for (const auto& branch : stage.branches)
    for (const auto* block : ends_of(branch)) out.push_back(block);
  return out;
}

Ends firsts(const Stripe& stripe) { return ends(stripe.front(), firsts); }
Ends lasts(const Stripe& stripe) { return ends(stripe.back(), lasts); }

void collect_pairs(const Stripe& stripe, Pairs& out) {
  for (std::size_t i = 0; i < stripe.size(); ++i) {
    for (const auto& branch : stripe[i].branches) collect_pairs(branch, out);
    if (i == 0) continue;
    for (const auto* before : ends(stripe[i - 1], lasts))
      for (const auto* behind : ends(stripe[i], firsts)) out.emplace_back(before, behind);
  }
}

/// -1/2 for the first of `count` blocks, 1/2 for the last.
double depth(std::size_t index, std::size_t count) {
  return count < 2 ? 0 : static_cast<double>(index) / static_cast<double>(count - 1) - 0.5;
}

Facts facts(const Genome& genome) {
  Facts out;
  const auto all = blocks(genome);
  const auto whole = static_cast<double>(all.size());
  double mixers = 0;
  double attention = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto* block = all[i];
    out[{Group::kPrimitive, block->primitive}] += 1 / whole;
    out[{Group::kPosition, block->primitive}] += depth(i, all.size()) / whole;
    mixers += find_primitive(block->primitive)->kind == Kind::kSequence;
    attention += family_of(block) == "attention";
  }
  const auto share = mixers > 0 ? attention / mixers : 0;
  out[{Group::kAttention, "attention, none to all"}] = share;
  out[{Group::kAttention, "attention, pure to half"}] = 4 * share * (1 - share);
  Pairs pairs;
  collect_pairs(genome.stages, pairs);
  for (const auto& [before, behind] : pairs)
    out[{Group::kNeighbours, family_of(before) + " before " + family_of(behind)}] +=
        1 / static_cast<double>(pairs.size());
  return out;
}

/// Steps of the groups: a block of so many, a pair of so many.
struct Steps {
  double block, pair;
};

Steps steps_of(const std::vector<Genome>& designs) {
  double all = 0;
  double all_pairs = 0;
  for (const auto& genome : designs) {
    all += static_cast<double>(block_count(genome));
    Pairs pairs;
    collect_pairs(genome.stages, pairs);
    all_pairs += static_cast<double>(pairs.size());
  }
  const auto count = static_cast<double>(designs.size());
  return {count / std::max(1.0, all), count / std::max(1.0, all_pairs)};
}

Feature feature_of(const Key& key, Steps steps, const std::map<Key, double>& means) {
  switch (key.first) {
    case Group::kPrimitive:
      return {"primitive", key.second, steps.block, means.at(key)};
    case Group::kPosition:
      return {"position", key.second + " later", steps.block, means.at({Group::kPrimitive, key.second})};
    case Group::kAttention:
      return {"attention", key.second, 1, 0};
    case Group::kNeighbours:
      return {"neighbours", key.second, steps.pair, means.at(key)};
  }
  return {};
}

/// Whether it stands out from what it is in most designs.
bool varies(const std::vector<double>& values) {
  const auto differ = [&](double from) {
    return std::count_if(values.begin(), values.end(), [&](double value) { return value != from; });
  };
  return differ(0) >= kLeast && differ(values.front()) > 0;
}

}  // namespace

DesignFeatures design_features(const std::vector<Genome>& designs) {
  std::map<Key, std::vector<double>> columns;
  for (std::size_t i = 0; i < designs.size(); ++i)
    for (const auto& [key, value] : facts(designs[i])) {
      auto& column = columns[key];
      column.resize(designs.size());
      column[i] = value;
    }
  DesignFeatures out;
  out.rows.resize(designs.size());
  const auto steps = steps_of(designs);
  std::map<Key, double> means;
  for (const auto& [key, column] : columns) means[key] = mean(column);
  for (const auto& [key, column] : columns) {
    if (!varies(column)) continue;
    out.features.push_back(feature_of(key, steps, means));
    for (std::size_t i = 0; i < designs.size(); ++i) out.rows[i].push_back(column[i]);
  }
  return out;
}

}  // namespace madsearch
