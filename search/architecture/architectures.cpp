#include "search/architecture/architectures.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <stdexcept>

#include "primitives/table.h"
#include "search/architecture/cost.h"
#include "search/architecture/crossovers/crossover.h"
#include "search/architecture/editing.h"
#include "search/architecture/mutations/mutation.h"
#include "search/architecture/parser.h"
#include "search/architecture/validity.h"
#include "search/architecture/windows.h"
#include "search/architecture/without_convolution.h"

namespace madsearch {
namespace {

constexpr int kRandomTries = 200;  // before the limits are said to leave no candidate
constexpr int kChildTries = 20;    // at a mutation or crossover that keeps the limits and changes something

const Mutation& draw_mutation(Rng& rng) {
  double total = 0;
  for (const auto& mutation : mutations()) total += mutation.weight;
  auto left = uniform(rng) * total;
  for (const auto& mutation : mutations()) {
    left -= mutation.weight;
    if (left < 0) return mutation;
  }
  return mutations().back();
}

bool has_kind(const Genome& genome, Kind kind) {
  const auto all = blocks(genome);
  return std::any_of(all.begin(), all.end(),
                     [&](const Block* block) { return find_primitive(block->primitive)->kind == kind; });
}

bool has_labels(const Genome& genome) {
  const auto all = blocks(genome);
  return std::any_of(all.begin(), all.end(), [](const Block* block) { return !block->label.empty(); });
}

bool has_branches(const Genome& genome) {
  return std::any_of(genome.stages.begin(), genome.stages.end(), [](const Stage& stage) { return stage.parallel(); });
}

}  // namespace

Architectures::Architectures(ArchitectureLimits limits)
    : limits_(std::move(limits)), alphabet_(limits_.primitives, limits_.shapes(), limits_.max_window) {
  if (alphabet_.sequence_mixers().empty()) throw std::invalid_argument("the primitives hold no sequence mixer");
  if (!limits_.steering.empty())
    steered_.emplace(limits_.steering,
                     Steered::Frame{limits_.primitives, limits_.shapes(), limits_.max_window, limits_.stages});
}

Sized Architectures::sized(const Genome& genome) const {
  return solve_sizes(genome, limits_.shape, limits_.parameters);
}

std::string Architectures::refusal(const Genome& genome, bool hand_design) const {
  if (block_count(genome) != limits_.stages)
    return "it has " + std::to_string(block_count(genome)) + " blocks, not " + std::to_string(limits_.stages);
  if (!has_kind(genome, Kind::kSequence)) return "it has no sequence mixer";
  if (!hand_design)
    if (auto sentence = forbidden(genome); !sentence.empty()) return sentence;
  try {
    return size_refusal(genome, hand_design);
  } catch (const TooLarge& error) {
    return error.what();
  }
}

/// Why its sizes or what it costs keep it out.
std::string Architectures::size_refusal(const Genome& genome, bool hand_design) const {
  const auto size = sized(genome);
  for (auto shape : limits_.shapes()) {
    const auto here = shape.width == limits_.shape.width ? size.genome : solve_sizes(genome, shape).genome;
    if (auto sentence = invalid(here, shape); !sentence.empty())
      return sentence + " (width " + std::to_string(shape.width) + ")";
  }
  if (!hand_design && !size.within) return "its parameters can't be made equal to those of the other candidates";
  return too_dear(size.genome);
}

/// What a search may not make, though a hand design may have it.
std::string Architectures::forbidden(const Genome& genome) const {
  const bool free_layout = !steered_ || !steered_->fixes_layout();
  for (const auto* block : blocks(genome)) {
    if (free_layout && !alphabet_.has(block->primitive))
      return block->primitive + " is not among the primitives of the search";
    if (auto sentence = too_wide(block->settings, limits_.max_window); !sentence.empty()) return sentence;
  }
  if (auto sentence = objection(genome); !sentence.empty() || !free_layout) return sentence;
  if (!limits_.parallel && has_branches(genome)) return "parallel branches are switched off";
  if (!limits_.sharing && has_labels(genome)) return "sharing is switched off";
  return "";
}

/// The first limit of size that a sized genome is above.
std::string Architectures::too_dear(const Genome& genome) const {
  const auto spent = cost(genome, limits_.shape);
  const auto above = [](const std::string& what, std::int64_t value, const std::optional<std::int64_t>& most) {
    if (!most || value <= *most) return std::string();
    return what + " " + std::to_string(value) + " is above the limit " + std::to_string(*most);
  };
  const auto state = cost(genome, limits_.served()).state;
  if (auto sentence = above("state", state, limits_.max_state); !sentence.empty()) return sentence;
  if (auto sentence = above("parameters", spent.parameters, limits_.max_parameters); !sentence.empty()) return sentence;
  return above("flops", spent.flops, limits_.max_flops);
}

/// A stripe of 2, 4 ... different blocks that is repeated, as people draw them; or all blocks drawn freely.
std::optional<Genome> Architectures::drawn(Rng& rng) const {
  if (steered_) return steered_->draw(rng);
  std::vector<std::int64_t> periods;
  for (std::int64_t period = 2; period <= limits_.stages; ++period)
    if (limits_.stages % period == 0) periods.push_back(period);
  const auto period = periods.empty() ? limits_.stages : pick(rng, periods);
  Genome genome;
  for (std::int64_t k = 0; k < limits_.stages; ++k)
    genome.stages.push_back(k < period ? Stage{.block = alphabet_.draw(rng)}
                                       : genome.stages[static_cast<std::size_t>(k - period)]);
  return genome;
}

std::optional<std::string> Architectures::random(Rng& rng) const {
  for (int i = 0; i < kRandomTries; ++i)
    if (const auto genome = drawn(rng); genome && refusal(*genome).empty()) return expanded_text(*genome);
  return std::nullopt;
}

std::string Architectures::nothing_drawn(Rng& rng) const {
  std::string out = "the counts of at_least and at_most were never met";
  for (int i = 0; i < kRandomTries; ++i) {
    const auto genome = drawn(rng);
    if (!genome) continue;
    const auto sentence = refusal(*genome);
    if (sentence.empty()) return "";
    out = text(*genome) + ": " + sentence;
  }
  return out;
}

std::optional<std::int64_t> Architectures::designs(double most) const {
  if (!steered_ || steered_->fillings() > most) return std::nullopt;
  std::set<std::string> met;
  steered_->each_filling([&](const Genome& genome) {
    if (refusal(genome).empty()) met.insert(expanded_text(genome));
  });
  return static_cast<std::int64_t>(met.size());
}

std::optional<Steered::Variant> Architectures::mutated(const Genome& parent, Rng& rng) const {
  if (steered_ && steered_->fixes_layout()) return steered_->mutate(parent, rng);
  const auto& mutation = draw_mutation(rng);
  return Steered::Variant{mutation.apply(parent, alphabet_, rng), mutation.name};
}

Steered::Variant Architectures::crossed(const Genome& a, const Genome& b, Rng& rng) const {
  if (steered_ && steered_->fixes_layout()) return steered_->cross(a, b, rng);
  const auto& crossover = pick(rng, crossovers());
  return {crossover.apply(a, b, rng), crossover.name};
}

Child Architectures::mutate(const std::string& parent, int operators, Rng& rng) const {
  Child child{parent, {}};
  for (int done = 0, tries = 0; done < operators && tries < kChildTries * operators; ++tries) {
    const auto made = mutated(parse_expanded(child.text), rng);
    if (!made) continue;
    auto changed = expanded_text(made->genome);
    if (changed == child.text || !refusal(made->genome).empty()) continue;
    child.text = std::move(changed);
    child.operators.push_back(made->name);
    ++done;
  }
  return child;
}

Child Architectures::cross(const std::string& a, const std::string& b, Rng& rng) const {
  for (int tries = 0; tries < kChildTries; ++tries) {
    const auto made = crossed(parse_expanded(a), parse_expanded(b), rng);
    if (!refusal(made.genome).empty()) continue;
    if (auto child = expanded_text(made.genome); child != a && child != b) return {std::move(child), {made.name}};
  }
  return {a, {}};
}

std::optional<std::string> Architectures::counterfactual(const std::string& text) const {
  const auto genome = without_convolution(parse_expanded(text));
  if (!genome || !refusal(*genome, true).empty()) return std::nullopt;
  return expanded_text(*genome);
}

int Architectures::bin(const std::string& candidate) const {
  const auto spent = cost(sized(parse_expanded(candidate)).genome, limits_.served());
  return static_cast<int>(std::floor(2 * std::log10(1.0 + static_cast<double>(spent.state))));
}

}  // namespace madsearch
