#pragma once
#include <cstddef>
#include <optional>
#include <vector>

#include "configs/seed.h"

namespace madsearch {

struct PlanePoint {
  double x = 0;
  double y = 0;
};

/// y = c + b x + a x², fitted by least squares.
class Parabola {
 public:
  /// Throws std::invalid_argument unless the points have three different x at least.
  explicit Parabola(std::vector<PlanePoint> points);
  double at(double x) const;
  /// Where it is least; nothing if it doesn't open upwards.
  std::optional<double> lowest() const;
  double squares() const;                                     // of what it leaves of the points, in sum
  std::size_t freedom() const { return points_.size() - 3; }  // of that sum
  /// As it would be fitted to other measurements of itself at the same x, of this standard deviation.
  Parabola again(Rng& rng, double deviation) const;

 private:
  std::vector<PlanePoint> points_;
  double middle_ = 0;  // of the points' x, which the coefficients begin from
  std::vector<double> coefficients_;
};

/// y = intercept + slope x, by least squares, of two different x at least.
struct Line {
  double intercept = 0;
  double slope = 0;
};
Line line_through(const std::vector<PlanePoint>& points);

}  // namespace madsearch
