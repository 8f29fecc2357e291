#include "engine/training/learning_rates.h"

#include <algorithm>
#include <iterator>
#include <set>

namespace madsearch {

std::optional<GridPoint> beyond_the_edge(const std::vector<GridPoint>& grid, const GridPoint& best) {
  std::set<double> rates;
  for (const auto& point : grid) rates.insert(point.learning_rate);
  if (rates.size() < 2) return {};
  const auto rate = best.learning_rate;
  const bool least = rate == *rates.begin();
  if (!least && rate != *rates.rbegin()) return {};
  const auto neighbour = least ? *std::next(rates.begin()) : *std::next(rates.rbegin());
  return GridPoint{rate * rate / neighbour, best.weight_decay};
}

std::vector<double> tunable_rates(std::vector<double> rates) {
  std::sort(rates.begin(), rates.end());
  if (rates.size() < 2) return rates;
  const auto ratio = rates[1] / rates[0];
  for (int i = 0; i < kRateExtensions; ++i) {
    rates.insert(rates.begin(), rates.front() / ratio);
    rates.push_back(rates.back() * ratio);
  }
  return rates;
}

}  // namespace madsearch
