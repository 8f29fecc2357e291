#include "search/architecture/genome.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <utility>

#include "configs/seed.h"
#include "configs/text.h"
#include "primitives/table.h"

namespace madsearch {
namespace {

/// Which knobs are written: all but those at their default, or all but added ones at the value of before.
enum class Knobs { kChanged, kExpanded };
enum class Labels { kAsTheyAre, kHidden };  // kHidden: "@" and "@:kv", for comparing without names

bool is_written(const Primitive& primitive, const std::string& name, const KnobValue& value, Knobs knobs) {
  const auto& knob = *primitive.knob(name);
  return knobs == Knobs::kChanged ? value != knob.values.front() : value != knob.before;
}

std::string block_text(const Block& block, Knobs knobs, Labels labels) {
  std::string inside;
  const auto* primitive = find_primitive(block.primitive);
  for (const auto& [name, value] : block.settings) {
    if (primitive && !is_written(*primitive, name, value, knobs)) continue;
    inside += (inside.empty() ? "" : ", ") + name + "=" + value.text();
  }
  std::string out = block.primitive;
  if (!inside.empty()) out += "{" + inside + "}";
  if (block.label.empty()) return out;
  const auto label = labels == Labels::kHidden ? "" : block.label;
  return out + "@" + label + (block.keys_values_only ? ":kv" : "");
}

std::string stripe_text(const Stripe& stripe, Knobs knobs, Labels labels, bool fold);

std::string stage_text(const Stage& stage, Knobs knobs, Labels labels, bool fold) {
  if (!stage.parallel()) return block_text(stage.block, knobs, labels);
  std::string out = "(";
  for (const auto& branch : stage.branches)
    out += (out.size() == 1 ? "" : " + ") + stripe_text(branch, knobs, labels, fold);
  out += ")";
  return stage.merge == Merge::kNorms ? out : out + "{merge=" + to_text(stage.merge) + "}";
}

/// A group of `period` stages repeated until (not including) stage `end`.
struct Repeat {
  std::size_t period = 0;
  std::size_t end = 0;
};

/// All repeats that begin with stage `from`.
std::vector<Repeat> repeats(const std::vector<std::string>& items, std::size_t from) {
  std::vector<Repeat> out;
  for (std::size_t period = 1; from + 2 * period <= items.size(); ++period) {
    const auto* group = &items[from];
    auto end = from + period;
    while (end + period <= items.size() && std::equal(group, group + period, &items[end])) {
      end += period;
      out.push_back({period, end});
    }
  }
  return out;
}

/// The shortest text of stages `items` with repeats folded; of equally short ones the first in lexicographic order.
/// Dynamic programming over intervals: an interval begins with a stage or with a repeated group.
std::string fold_repeats(const std::vector<std::string>& items) {
  const auto n = items.size();
  std::vector<std::vector<std::string>> best(n + 1, std::vector<std::string>(n + 1));  // of stages i .. j-1
  const auto consider = [](std::string& held, std::string text) {
    if (held.empty() || text.size() < held.size() || (text.size() == held.size() && text < held))
      held = std::move(text);
  };
  for (std::size_t i = n; i-- > 0;) {
    const auto groups = repeats(items, i);
    for (std::size_t j = i + 1; j <= n; ++j) {
      consider(best[i][j], items[i] + (i + 1 < j ? " " + best[i + 1][j] : ""));
      for (const auto& [period, end] : groups) {
        if (end > j) continue;
        const auto times = std::to_string((end - i) / period);
        consider(best[i][j], "[" + best[i][i + period] + "]x" + times + (end < j ? " " + best[end][j] : ""));
      }
    }
  }
  return best[0][n];
}

std::string stripe_text(const Stripe& stripe, Knobs knobs, Labels labels, bool fold) {
  std::vector<std::string> items;
  for (const auto& stage : stripe) items.push_back(stage_text(stage, knobs, labels, fold));
  return fold ? fold_repeats(items) : joined(items, " ");
}

std::string literal(const Genome& genome) {
  return stripe_text(genome.stages, Knobs::kExpanded, Labels::kAsTheyAre, false);
}

void collect(Stripe& stripe, std::vector<Block*>& out) {
  for (auto& stage : stripe) {
    if (!stage.parallel()) out.push_back(&stage.block);
    for (auto& branch : stage.branches) collect(branch, out);
  }
}

/// A label that is used once shares nothing.
void drop_lone_labels(Genome& genome) {
  const auto all = blocks(genome);
  std::map<std::string, int> uses;
  for (const auto* block : all)
    if (!block->label.empty()) ++uses[block->label];
  for (auto* block : all)
    if (!block->label.empty() && uses[block->label] == 1 && !block->keys_values_only) block->label.clear();
}

/// "a", "b", ..., "z", "a1", "b1", ... by first use.
void rename_labels(Genome& genome) {
  std::map<std::string, std::string> names;
  for (auto* block : blocks(genome)) {
    if (block->label.empty()) continue;
    const auto n = names.size();
    const auto name = std::string(1, static_cast<char>('a' + n % 26)) + (n < 26 ? "" : std::to_string(n / 26));
    block->label = names.try_emplace(block->label, name).first->second;
  }
}

/// Runs of neighbouring branches [first, last) that differ in label names at most. Their order decides the names, so
/// every order has to be tried.
using Ties = std::vector<std::pair<Stripe*, Stripe*>>;

std::string unlabelled(const Stripe& branch) { return stripe_text(branch, Knobs::kExpanded, Labels::kHidden, false); }

void sort_branches(Stripe& stripe) {
  for (auto& stage : stripe) {
    for (auto& branch : stage.branches) sort_branches(branch);
    std::stable_sort(stage.branches.begin(), stage.branches.end(),
                     [](const auto& a, const auto& b) { return unlabelled(a) < unlabelled(b); });
  }
}

/// Outermost runs only (a run inside a run keeps its order as written), so that no pointer leads into what another one
/// moves.
void find_ties(Stripe& stripe, Ties& ties) {
  for (auto& stage : stripe) {
    auto* branches = stage.branches.data();
    for (std::size_t i = 0, j = 0; i < stage.branches.size(); i = j) {
      const auto key = unlabelled(branches[i]);
      j = i + 1;
      while (j < stage.branches.size() && unlabelled(branches[j]) == key) ++j;
      if (j - i == 1)
        find_ties(branches[i], ties);
      else if (key.find('@') != std::string::npos)
        ties.emplace_back(branches + i, branches + j);
    }
  }
}

constexpr int kMostOrders = 5000;  // beyond, the order as written decides: still the same architecture

/// `genome` with its tied branches in the order whose text comes first, labels renamed. `ties` point into `genome`.
Genome first_of_all_orders(Genome& genome, const Ties& ties) {
  std::vector<std::vector<Stripe>> branches;  // of each tie, as written
  std::vector<std::vector<std::size_t>> orders;
  for (const auto& [first, last] : ties) {
    branches.emplace_back(first, last);
    auto& order = orders.emplace_back(branches.back().size());
    std::iota(order.begin(), order.end(), 0);
  }
  std::optional<Genome> best;
  std::string best_text;
  for (int tried = 0; tried < kMostOrders; ++tried) {
    for (std::size_t i = 0; i < ties.size(); ++i)
      for (std::size_t k = 0; k < orders[i].size(); ++k) ties[i].first[k] = branches[i][orders[i][k]];
    Genome candidate = genome;
    rename_labels(candidate);
    if (auto text = literal(candidate); !best || text < best_text) {
      best_text = std::move(text);
      best = std::move(candidate);
    }
    std::size_t i = 0;  // the next combination of orders, counted up like digits
    while (i < orders.size() && !std::next_permutation(orders[i].begin(), orders[i].end())) ++i;
    if (i == orders.size()) break;
  }
  return *best;
}

}  // namespace

std::string to_text(Merge merge) {
  switch (merge) {
    case Merge::kNorms:
      return "norms";
    case Merge::kSum:
      return "sum";
    case Merge::kProjected:
      return "projected";
  }
  return "";
}

std::vector<const Block*> blocks(const Genome& genome) {
  std::vector<Block*> out;
  collect(const_cast<Genome&>(genome).stages, out);
  return {out.begin(), out.end()};
}

std::vector<Block*> blocks(Genome& genome) {
  std::vector<Block*> out;
  collect(genome.stages, out);
  return out;
}

std::int64_t block_count(const Stage& stage) {
  if (!stage.parallel()) return 1;
  std::int64_t total = 0;
  for (const auto& branch : stage.branches) total += block_count(branch);
  return total;
}

std::int64_t block_count(const Stripe& stripe) {
  std::int64_t total = 0;
  for (const auto& stage : stripe) total += block_count(stage);
  return total;
}

std::int64_t block_count(const Genome& genome) { return block_count(genome.stages); }

Genome canonical(Genome genome) {
  drop_lone_labels(genome);
  sort_branches(genome.stages);
  Ties ties;
  find_ties(genome.stages, ties);
  if (!ties.empty()) return first_of_all_orders(genome, ties);
  rename_labels(genome);
  return genome;
}

std::string text(const Genome& genome) {
  return stripe_text(canonical(genome).stages, Knobs::kChanged, Labels::kAsTheyAre, true);
}

std::string expanded_text(const Genome& genome) { return literal(canonical(genome)); }

std::string hash(const Genome& genome) { return hexadecimal(Seed::mix(Seed{}.derive(expanded_text(genome)).value)); }

}  // namespace madsearch
