#include "engine/study/agreement.h"

#include <algorithm>
#include <stdexcept>

#include "engine/study/paper_share.h"

namespace madsearch {
namespace {

constexpr double kNear = 1.1;  // times as much state

std::vector<double> of(const std::vector<double>& values, const std::vector<std::size_t>& drawn) {
  std::vector<double> out;
  for (const auto i : drawn) out.push_back(values[i]);
  return out;
}

bool near(double a, double b) { return std::max(a, b) <= kNear * std::min(a, b); }

void count_near_pairs(const std::vector<double>& predicted, const std::vector<double>& found,
                      const std::vector<double>& states, Agreement& out) {
  double right = 0;
  for (std::size_t i = 0; i < found.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) {
      if (found[i] == found[j] || !near(states[i], states[j])) continue;
      ++out.near_pairs;
      const auto better = found[i] > found[j] ? i : j;
      right += rightness(predicted[better], predicted[i + j - better]);
    }
  if (out.near_pairs > 0) out.near_right = right / static_cast<double>(out.near_pairs);
}

std::optional<double> difference(const std::optional<double>& a, const std::optional<double>& b) {
  return a && b ? std::optional(*a - *b) : std::nullopt;
}

}  // namespace

Agreement agreement(const std::vector<double>& predicted, const std::vector<double>& found,
                    const std::vector<double>& states, Seed seed) {
  if (predicted.size() != found.size() || found.size() != states.size())
    throw std::invalid_argument("agreement: a prediction, a result and a state for each design");
  Agreement out;
  out.designs = found.size();
  out.rank = rank_correlation(predicted, found);
  out.partial = partial_rank_correlation(predicted, found, states);
  out.rank_bounds = bootstrap(
      out.designs, [&](const auto& drawn) { return rank_correlation(of(predicted, drawn), of(found, drawn)); }, seed);
  out.partial_bounds = bootstrap(
      out.designs,
      [&](const auto& drawn) {
        return partial_rank_correlation(of(predicted, drawn), of(found, drawn), of(states, drawn));
      },
      seed);
  count_near_pairs(predicted, found, states, out);
  return out;
}

Ahead ahead(const std::vector<double>& predicted, const std::vector<double>& other, const std::vector<double>& found,
            Seed seed) {
  if (predicted.size() != found.size() || other.size() != found.size())
    throw std::invalid_argument("ahead: two predictions and a result for each design");
  Ahead out;
  out.rank = difference(rank_correlation(predicted, found), rank_correlation(other, found));
  out.bounds = bootstrap(
      found.size(),
      [&](const auto& drawn) {
        const auto result = of(found, drawn);
        return difference(rank_correlation(of(predicted, drawn), result), rank_correlation(of(other, drawn), result));
      },
      seed);
  return out;
}

}  // namespace madsearch
