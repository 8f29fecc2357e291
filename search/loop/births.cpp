#include "search/loop/births.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "configs/text.h"
#include "results/origins.h"

namespace madsearch {
namespace {

constexpr int kTries = 32;          // at a child that is not known yet, each with one mutation more
constexpr int kLastTries = 16;      // at edits, where no random candidate is new
constexpr int kRandomTries = 2000;  // at a random candidate that is not known, before the space counts as exhausted

}  // namespace

std::optional<Evaluation> Births::next(Rng& rng) {
  auto born = conceive(rng);
  if (!born) born = anything(rng);
  if (!born) return std::nullopt;
  known_.insert(born->text);
  ++births_;
  return born;
}

std::optional<Evaluation> Births::control(Rng& rng) {
  auto drawn = stranger(rng);
  if (!drawn) return std::nullopt;
  drawn->origin = kRandomControl;
  known_.insert(drawn->text);
  return drawn;
}

std::optional<Evaluation> Births::conceive(Rng& rng) {
  const auto population = options_.resolved_population();
  const auto founders = std::max(population - static_cast<std::int64_t>(seeds_.size()), population / 2);
  std::optional<Evaluation> born;
  if (breeds_ && births_ < founders && births_ % 2 == 0 && !seeds_.empty()) born = neighbour(rng);
  if (breeds_ && births_ >= founders && !population_.empty()) born = child(rng);
  return born ? born : stranger(rng);
}

std::optional<Evaluation> Births::stranger(Rng& rng) const {
  for (int i = 0; i < kRandomTries; ++i) {
    auto text = space_.random(rng);
    if (!text) return std::nullopt;
    if (!known_.contains(*text)) return Evaluation{.text = std::move(*text), .origin = "random"};
  }
  return std::nullopt;
}

/// Where nothing can be drawn at random, edits of what is known may still find something.
std::optional<Evaluation> Births::anything(Rng& rng) {
  for (int i = 0; i < kLastTries; ++i) {
    std::optional<Evaluation> born;
    if (!seeds_.empty()) born = neighbour(rng);
    if (!born && breeds_ && !population_.empty()) born = child(rng);
    if (born) return born;
  }
  return std::nullopt;
}

/// One or two edits from a seed design, more where all that are tried are known.
std::optional<Evaluation> Births::neighbour(Rng& rng) const {
  const auto& design = pick(rng, seeds_);
  for (int i = 0; i < kTries; ++i) {
    const int edits = 1 + static_cast<int>(below(rng, 2)) + i / 4;
    auto made = space_.mutate(design.text, edits, rng);
    if (!known_.contains(made.text))
      return Evaluation{.text = std::move(made.text), .origin = joined(made.operators, "+"), .parents = {design.text}};
  }
  return std::nullopt;
}

std::optional<Evaluation> Births::child(Rng& rng) {
  const auto first_index = first_parent(rng);
  const auto second_index = population_.parent(rng);
  const auto& first = archive_.members()[first_index];
  const bool crossed = first_index != second_index && chance(rng, options_.crossover);
  const auto* second = crossed ? &archive_.members()[second_index] : nullptr;
  for (int i = 0; i < kTries; ++i) {
    auto made = conceived(first, second, i, rng);
    if (known_.contains(made.text)) continue;
    Evaluation out{.text = std::move(made.text), .origin = joined(made.operators, "+"), .parents = {first.text}};
    if (second) out.parents.push_back(second->text);
    return out;
  }
  return std::nullopt;
}

/// One attempt, which may be a candidate that is known; with a second parent the two are crossed first.
Child Births::conceived(const Member& first, const Member* second, int more_mutations, Rng& rng) const {
  Child out{first.text, {}};
  if (second) out = space_.cross(first.text, second->text, rng);
  const int mutations = poisson(rng, options_.mutations) + more_mutations;
  if (mutations == 0) return out;
  auto mutated = space_.mutate(out.text, mutations, rng);
  out.text = std::move(mutated.text);
  out.operators.insert(out.operators.end(), mutated.operators.begin(), mutated.operators.end());
  return out;
}

/// With a grid, every second child is of a breeding turn: the occupied bins of state take turns, whoever fills the
/// population.
std::size_t Births::first_parent(Rng& rng) {
  const auto& bests = archive_.bests();
  if (births_ % 2 == 0 || bests.empty()) return population_.parent(rng);
  const auto bin = turns_++ % static_cast<std::ptrdiff_t>(bests.size());
  return pick(rng, std::next(bests.begin(), bin)->second);
}

}  // namespace madsearch
