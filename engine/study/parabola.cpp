#include "engine/study/parabola.h"

#include <cmath>
#include <set>
#include <stdexcept>
#include <utility>

#include "engine/study/cholesky.h"

namespace madsearch {
namespace {

double middle_of(const std::vector<PlanePoint>& points) {
  double sum = 0;
  for (const auto& point : points) sum += point.x;
  return sum / static_cast<double>(points.size());
}

/// Coefficients of the powers 0 .. degree of x - middle.
std::vector<double> fitted(const std::vector<PlanePoint>& points, double middle, std::size_t degree) {
  const auto n = degree + 1;
  std::vector<std::vector<double>> normal(n, std::vector<double>(n));
  std::vector<double> products(n);
  for (const auto& point : points)
    for (std::size_t i = 0; i < n; ++i) {
      const auto power = std::pow(point.x - middle, static_cast<double>(i));
      products[i] += power * point.y;
      for (std::size_t j = 0; j <= i; ++j) normal[i][j] += power * std::pow(point.x - middle, static_cast<double>(j));
    }
  return Cholesky(std::move(normal)).solved(std::move(products));
}

}  // namespace

Parabola::Parabola(std::vector<PlanePoint> points) : points_(std::move(points)) {
  std::set<double> places;
  for (const auto& point : points_) places.insert(point.x);
  if (places.size() < 3) throw std::invalid_argument("a parabola needs points at three places");
  middle_ = middle_of(points_);
  coefficients_ = fitted(points_, middle_, 2);
}

double Parabola::at(double x) const {
  const auto from_middle = x - middle_;
  return coefficients_[0] + from_middle * (coefficients_[1] + from_middle * coefficients_[2]);
}

std::optional<double> Parabola::lowest() const {
  if (coefficients_[2] <= 0) return {};
  return middle_ - coefficients_[1] / (2 * coefficients_[2]);
}

double Parabola::squares() const {
  double out = 0;
  for (const auto& point : points_) out += std::pow(point.y - at(point.x), 2);
  return out;
}

Parabola Parabola::again(Rng& rng, double deviation) const {
  auto points = points_;
  for (auto& point : points) point.y = at(point.x) + deviation * normal(rng);
  return Parabola(std::move(points));
}

Line line_through(const std::vector<PlanePoint>& points) {
  const auto middle = middle_of(points);
  const auto coefficients = fitted(points, middle, 1);
  return {coefficients[0] - middle * coefficients[1], coefficients[1]};
}

}  // namespace madsearch
