#include "results/interval.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <stdexcept>

#include "results/statistics.h"

namespace madsearch {

Interval wide_interval(const std::vector<double>& values) {
  if (values.empty()) throw std::invalid_argument("an interval needs at least one score");
  Interval out{.mean = mean(values)};
  const auto n = static_cast<double>(values.size());
  if (n < 2) return out;
  double squares = 0;
  for (const double value : values) squares += (value - out.mean) * (value - out.mean);
  const double error = std::sqrt(squares / (n - 1) / n);
  const double t = boost::math::quantile(boost::math::students_t(n - 1), 0.975);
  out.low = out.mean - t * error;
  out.high = out.mean + t * error;
  return out;
}

Interval interval(const std::vector<double>& scores) {
  auto out = wide_interval(scores);
  if (out.low) out.low = std::clamp(*out.low, 0.0, 1.0);
  if (out.high) out.high = std::clamp(*out.high, 0.0, 1.0);
  return out;
}

}  // namespace madsearch
