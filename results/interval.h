#pragma once
#include <optional>
#include <vector>

namespace madsearch {

/// A score and how far to trust it.
struct Interval {
  double mean = 0;
  std::optional<double> low, high;  // none with one seed
};

/// 95 %: mean +- t(0.975, s-1) standard errors over the scores (0..1) of s >= 2 seeds, clipped to 0..1. Throws
/// std::invalid_argument if there is no score.
Interval interval(const std::vector<double>& scores);
/// The same of any values, not clipped.
Interval wide_interval(const std::vector<double>& values);

}  // namespace madsearch
