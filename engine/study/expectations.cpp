#include "engine/study/expectations.h"

#include <cmath>
#include <set>
#include <stdexcept>
#include <utility>

#include "engine/study/ridge.h"
#include "engine/study/traits.h"
#include "search/architecture/parser.h"

namespace madsearch {
namespace {

constexpr std::size_t kLeast = 20;  // designs, before regressions say anything
constexpr double kPenalty = 0.05;   // a share of 1 in one design weighs 1

using Rows = std::vector<std::vector<double>>;

/// Of a text of another release perhaps.
std::optional<Traits> traits_of(const std::string& text) {
  try {
    return makeup(parse_expanded(text));
  } catch (const std::runtime_error&) {
    return std::nullopt;
  }
}

std::vector<double> of_state(double state) {
  const auto size = std::log10(1 + state);
  return {size, size * size};
}

Rows table(const std::vector<Traits>& designs) {
  std::set<std::string> primitives;
  for (const auto& one : designs)
    for (const auto& [primitive, share] : one.shares) primitives.insert(primitive);
  Rows out;
  for (const auto& one : designs) out.push_back(table_row(one, primitives));
  return out;
}

}  // namespace

std::vector<std::optional<Expected>> expectations(const std::vector<ScoredDesign>& designs) {
  std::vector<std::size_t> readable;
  std::vector<Traits> traits;
  Rows states;
  std::vector<double> scores;
  for (std::size_t i = 0; i < designs.size(); ++i) {
    auto read = traits_of(designs[i].text);
    if (!read) continue;
    readable.push_back(i);
    traits.push_back(std::move(*read));
    states.push_back(of_state(designs[i].state));
    scores.push_back(designs[i].score);
  }
  std::vector<std::optional<Expected>> out(designs.size());
  if (readable.size() < kLeast) return out;
  const Ridge by_state(states, scores, kPenalty);
  const Ridge by_table(table(traits), scores, kPenalty);
  for (std::size_t k = 0; k < readable.size(); ++k)
    out[readable[k]] = Expected{by_state.expected(k), by_table.expected(k)};
  return out;
}

}  // namespace madsearch
