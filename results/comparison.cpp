#include "results/comparison.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

namespace madsearch {
namespace {

constexpr std::int64_t kPrior = 4;  // degrees of freedom that the pooled variance counts for

struct Sample {
  double mean = 0;
  double squares = 0;  // sum of squared deviations
  std::int64_t count = 0;
};

Sample differences(const FreshResults& a, const FreshResults& b, std::size_t objective) {
  std::vector<double> values;
  for (const auto& [set, point] : a)
    if (const auto other = b.find(set); other != b.end()) values.push_back(point[objective] - other->second[objective]);
  Sample out{.count = static_cast<std::int64_t>(values.size())};
  if (values.empty()) return out;
  if (const auto [least, most] = std::minmax_element(values.begin(), values.end()); *least == *most) {
    out.mean = *least;  // without rounding, as a size has no noise at all
    return out;
  }
  for (const double value : values) out.mean += value / static_cast<double>(values.size());
  for (const double value : values) out.squares += (value - out.mean) * (value - out.mean);
  return out;
}

/// The quantile of Student's t that has `below` of the probability below it.
double t(std::int64_t freedom, double below = 0.975) {
  return boost::math::quantile(boost::math::students_t(static_cast<double>(freedom)), below);
}

}  // namespace

Objectives mean(const FreshResults& fresh) {
  auto out = fresh.begin()->second;
  for (std::size_t k = 0; k < out.size(); ++k) {
    double beyond = 0;
    for (const auto& [set, point] : fresh) beyond += point[k] - out[k];
    out[k] += beyond / static_cast<double>(fresh.size());
  }
  return out;
}

Comparison::Comparison(std::vector<FreshResults> designs) : designs_(std::move(designs)) {
  std::size_t objectives = 0;
  std::set<std::int64_t> sets;
  std::int64_t values = 0;    // seed sets of all designs
  std::int64_t measured = 0;  // designs with a seed set
  for (const auto& design : designs_) {
    for (const auto& [set, point] : design) {
      objectives = point.size();
      sets.insert(set);
    }
    values += static_cast<std::int64_t>(design.size());
    measured += design.empty() ? 0 : 1;
  }
  noise_.resize(objectives);
  for (std::size_t k = 0; k < objectives; ++k) {
    double squares = 0;
    std::int64_t count = 0;
    for (std::size_t a = 0; a < designs_.size(); ++a)
      for (std::size_t b = 0; b < a; ++b) {
        const auto sample = differences(designs_[a], designs_[b], k);
        squares += sample.squares;
        count += std::max<std::int64_t>(0, sample.count - 1);
      }
    if (count == 0) continue;
    noise_[k].variance = squares / static_cast<double>(count);
    noise_[k].freedom = std::max<std::int64_t>(
        1, values - measured - (static_cast<std::int64_t>(sets.size()) - 1));  // designs and sets are fitted
  }
}

Comparison::Difference Comparison::difference(std::size_t a, std::size_t b, std::size_t objective) const {
  constexpr auto infinite = std::numeric_limits<double>::infinity();
  const auto sample = differences(designs_[a], designs_[b], objective);
  if (a == b) return {0, 0, 0, sample.count};  // of a design alone there is no noise to measure
  const auto& noise = noise_[objective];
  if (sample.count == 0) return {0, infinite, infinite, 0};
  if (noise.freedom > 0 && noise.variance == 0) return {sample.mean, 0, 0, sample.count};
  if (sample.count < 2) return {sample.mean, infinite, noise.freedom ? std::sqrt(noise.variance) : infinite, 1};
  const auto freedom = kPrior + sample.count - 1;
  const double variance =
      (static_cast<double>(kPrior) * noise.variance + sample.squares) / static_cast<double>(freedom);
  const double error = std::sqrt(variance / static_cast<double>(sample.count));
  return {sample.mean, t(std::min(freedom, noise.freedom)) * error, error, sample.count};
}

Comparison::Beats Comparison::beats(std::size_t a, std::size_t b) const {
  bool surely = true;
  bool better = false;
  for (std::size_t k = 0; k < objectives(); ++k) {
    const auto found = difference(a, b, k);
    if (found.mean > found.margin) return Beats::kNo;
    surely &= found.mean <= -found.margin;
    better |= found.mean < 0 || found.margin > 0;
  }
  if (!better) return Beats::kNo;  // the same point
  return surely ? Beats::kSurely : Beats::kPerhaps;
}

double Comparison::margin_of_one(std::size_t objective) const {
  const auto& noise = noise_[objective];
  return noise.variance == 0 ? 0 : t(noise.freedom) * std::sqrt(noise.variance);
}

std::optional<double> Comparison::deviation(std::size_t objective) const {
  const auto& noise = noise_[objective];
  if (noise.freedom == 0) return {};
  return std::sqrt(noise.variance / 2);  // a difference has the variance of both
}

double expected_margin(double deviation, std::int64_t sets) {
  return t(kPrior + sets - 1) * deviation * std::sqrt(2 / static_cast<double>(sets));
}

std::optional<std::int64_t> sets_to_tell_apart(double difference, double deviation, double power, std::int64_t most) {
  const auto enough = [&](std::int64_t sets) {
    const auto freedom = kPrior + sets - 1;
    const double error = deviation * std::sqrt(2 / static_cast<double>(sets));
    return (t(freedom) + t(freedom, power)) * error < std::abs(difference);
  };
  if (!enough(most)) return {};
  std::int64_t least = 2;
  while (least < most) {
    const auto middle = least + (most - least) / 2;
    if (enough(middle))
      most = middle;
    else
      least = middle + 1;
  }
  return least;
}

}  // namespace madsearch
