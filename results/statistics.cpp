#include "results/statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace madsearch {

double mean(const std::vector<double>& values) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double quantile(std::vector<double> values, double share) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  const auto place = static_cast<std::size_t>(std::lround(share * static_cast<double>(values.size() - 1)));
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(place), values.end());
  return values[place];
}

std::vector<double> ranks(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return values[a] < values[b]; });
  std::vector<double> out(values.size());
  for (std::size_t i = 0, j = 0; i < order.size(); i = j) {
    while (j < order.size() && values[order[j]] == values[order[i]]) ++j;
    for (std::size_t k = i; k < j; ++k) out[order[k]] = static_cast<double>(i + j + 1) / 2;
  }
  return out;
}

std::optional<double> correlation(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.size() < 2 || a.size() != b.size()) return {};
  const auto mean_a = mean(a);
  const auto mean_b = mean(b);
  double ab = 0;
  double aa = 0;
  double bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += (a[i] - mean_a) * (b[i] - mean_b);
    aa += (a[i] - mean_a) * (a[i] - mean_a);
    bb += (b[i] - mean_b) * (b[i] - mean_b);
  }
  if (aa == 0 || bb == 0) return {};  // a constant correlates with nothing
  return ab / std::sqrt(aa * bb);
}

std::optional<double> rank_correlation(const std::vector<double>& a, const std::vector<double>& b) {
  return correlation(ranks(a), ranks(b));
}

std::optional<double> partial_rank_correlation(const std::vector<double>& a, const std::vector<double>& b,
                                               const std::vector<double>& c) {
  const auto ab = rank_correlation(a, b);
  const auto ac = rank_correlation(a, c);
  const auto bc = rank_correlation(b, c);
  if (!ab || !ac || !bc || std::abs(*ac) >= 1 || std::abs(*bc) >= 1) return {};
  return (*ab - *ac * *bc) / std::sqrt((1 - *ac * *ac) * (1 - *bc * *bc));
}

std::optional<double> effective_columns(const std::vector<std::vector<double>>& columns) {
  if (columns.empty() || columns.front().size() < 3) return {};
  std::vector<const std::vector<double>*> varied;
  for (const auto& column : columns)
    if (std::any_of(column.begin(), column.end(),
                    [&](double value) { return std::abs(value - column.front()) > 1e-9; }))
      varied.push_back(&column);
  double squares = 0;  // of correlations = of eigenvalues
  for (const auto* a : varied)
    for (const auto* b : varied) squares += std::pow(correlation(*a, *b).value_or(0), 2);
  const auto n = static_cast<double>(varied.size());  // the trace
  return squares > 0 ? std::optional(n * n / squares) : std::nullopt;
}

std::optional<Bounds> bootstrap(std::size_t n,
                                const std::function<std::optional<double>(const std::vector<std::size_t>&)>& statistic,
                                Seed seed, std::size_t resamples) {
  std::vector<double> values;
  std::vector<std::size_t> drawn(n);
  Rng rng(seed);
  for (std::size_t i = 0; n > 0 && i < resamples; ++i) {
    for (auto& index : drawn) index = below(rng, n);
    if (const auto value = statistic(drawn)) values.push_back(*value);
  }
  if (values.empty()) return {};
  return Bounds{quantile(values, 0.025), quantile(values, 0.975)};
}

}  // namespace madsearch
