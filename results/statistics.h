#pragma once
#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "configs/seed.h"

namespace madsearch {

double mean(const std::vector<double>& values);             // NaN of none
double quantile(std::vector<double> values, double share);  // nearest rank, share 0..1; NaN of none
/// Ranks 1..n, the mean rank for ties.
std::vector<double> ranks(const std::vector<double>& values);
/// Pearson's; nothing if either is constant, there are fewer than two, or their numbers differ.
std::optional<double> correlation(const std::vector<double>& a, const std::vector<double>& b);
/// Spearman's, the correlation of the ranks.
std::optional<double> rank_correlation(const std::vector<double>& a, const std::vector<double>& b);
/// Spearman's of a and b given c, by which both may be ordered alike (Kendall, Gibbons 1990, section 8.3); nothing
/// where one of the three is undefined, or c orders a or b fully.
std::optional<double> partial_rank_correlation(const std::vector<double>& a, const std::vector<double>& b,
                                               const std::vector<double>& c);
/// How many of the columns ask different questions: (sum of eigenvalues)^2 / (sum of squared eigenvalues) of their
/// correlation matrix (the participation ratio). Columns that never vary don't count. Nothing from fewer than three
/// rows.
std::optional<double> effective_columns(const std::vector<std::vector<double>>& columns);

struct Bounds {
  double low = 0;
  double high = 0;
};
/// 95 % percentile interval of `statistic` over `resamples` draws with replacement of the indices 0 .. n-1 (Efron,
/// Tibshirani 1993, section 13.3). Draws for which it is undefined are left out; nothing if it is undefined for all.
std::optional<Bounds> bootstrap(std::size_t n,
                                const std::function<std::optional<double>(const std::vector<std::size_t>&)>& statistic,
                                Seed seed, std::size_t resamples = 2000);

}  // namespace madsearch
