#include <stdexcept>

#include "search/loop/selections/selection.h"

namespace madsearch {

const std::vector<Selection>& selections() {
  static const std::vector<Selection> table = {
      nsga2(),
      random_selection(),
      regularized(),
  };
  return table;
}

const Selection& selection(const std::string& name) {
  for (const auto& row : selections())
    if (row.name == name) return row;
  throw std::invalid_argument("selection: no row is named \"" + name + "\"");
}

std::size_t tournament(const std::vector<Standing>& population, std::size_t size, Rng& rng) {
  std::size_t best = below(rng, population.size());
  for (std::size_t i = 1; i < size; ++i)
    if (const auto other = below(rng, population.size()); ahead(population[other], population[best])) best = other;
  return best;
}

std::size_t worst(const std::vector<Standing>& population) {
  std::size_t last = 0;
  for (std::size_t i = 1; i < population.size(); ++i)
    if (ahead(population[last], population[i])) last = i;
  return last;
}

}  // namespace madsearch
