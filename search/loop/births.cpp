#include "search/loop/births.h"

#include <algorithm>

#include "configs/text.h"

namespace madsearch {
namespace {

constexpr int kTries = 32;          // to make an unknown child, each with one operator more
constexpr int kRandomTries = 2000;  // to draw an unknown candidate before the space counts as exhausted

}  // namespace

std::optional<Evaluation> Births::next(Rng& rng) {
  auto born = conceive(rng);
  if (!born) return std::nullopt;
  known_.insert(born->text);
  ++births_;
  return born;
}

std::optional<Evaluation> Births::conceive(Rng& rng) {
  const auto population = options_.resolved_population();
  const auto founders = std::max(population - static_cast<std::int64_t>(seeds_.size()), population / 2);
  if (!selection(options_.algorithm).breeds) return stranger(rng);
  if (births_ < founders) return births_ % 2 == 0 && !seeds_.empty() ? neighbour(rng) : stranger(rng);
  return population_.empty() ? stranger(rng) : child(rng);
}

std::optional<Evaluation> Births::stranger(Rng& rng) const {
  for (int i = 0; i < kRandomTries; ++i)
    if (auto text = space_.random(rng); !known_.contains(text))
      return Evaluation{.text = std::move(text), .origin = "random"};
  return std::nullopt;
}

/// One or two edits from a seed design.
std::optional<Evaluation> Births::neighbour(Rng& rng) const {
  const auto& design = pick(rng, seeds_);
  for (int i = 0; i < kTries; ++i) {
    auto made = space_.mutate(design.text, 1 + static_cast<int>(below(rng, 2)) + i / 4, rng);
    if (!known_.contains(made.text))
      return Evaluation{.text = std::move(made.text), .origin = joined(made.operators, "+"), .parents = {design.text}};
  }
  return stranger(rng);
}

std::optional<Evaluation> Births::child(Rng& rng) {
  const auto a = first_parent(rng), b = population_.parent(rng);
  const auto &first = archive_.members()[a].text, &second = archive_.members()[b].text;
  const bool crossed = a != b && chance(rng, options_.crossover);
  for (int i = 0; i < kTries; ++i) {
    Child made{first, {}};
    if (crossed) made = space_.cross(first, second, rng);
    if (const int applications = poisson(rng, options_.mutations) + i; applications > 0) {
      auto mutated = space_.mutate(made.text, applications, rng);
      made.text = std::move(mutated.text);
      made.operators.insert(made.operators.end(), mutated.operators.begin(), mutated.operators.end());
    }
    if (known_.contains(made.text)) continue;
    Evaluation out{.text = std::move(made.text), .origin = joined(made.operators, "+"), .parents = {first}};
    if (crossed) out.parents.push_back(second);
    return out;
  }
  return stranger(rng);
}

/// With a grid, every second child is of a breeding turn: the occupied bins of state take turns, whoever fills the
/// population.
std::size_t Births::first_parent(Rng& rng) {
  const auto& bests = archive_.bests();
  if (births_ % 2 == 0 || bests.empty()) return population_.parent(rng);
  return pick(rng, std::next(bests.begin(), turns_++ % static_cast<std::ptrdiff_t>(bests.size()))->second);
}

}  // namespace madsearch
