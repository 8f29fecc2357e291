#include "results/interval.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <stdexcept>

#include "results/statistics.h"

namespace madsearch {

Interval interval(const std::vector<double>& scores) {
  if (scores.empty()) throw std::invalid_argument("an interval needs at least one score");
  Interval out{.mean = mean(scores)};
  const auto n = static_cast<double>(scores.size());
  if (n < 2) return out;
  double squares = 0;
  for (const double score : scores) squares += (score - out.mean) * (score - out.mean);
  const double error = std::sqrt(squares / (n - 1) / n);
  const double t = boost::math::quantile(boost::math::students_t(n - 1), 0.975);
  out.low = std::clamp(out.mean - t * error, 0.0, 1.0);
  out.high = std::clamp(out.mean + t * error, 0.0, 1.0);
  return out;
}

}  // namespace madsearch
